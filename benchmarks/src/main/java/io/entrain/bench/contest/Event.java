package io.entrain.bench.contest;

import io.entrain.wire.Block;
import java.util.Arrays;

/**
 * A single spike, or a single row of samples, as a stream that is windowed event by event has it.
 *
 * @param session session id
 * @param nanos when
 * @param unit that fired; negative of a row of samples
 * @param row {@code [channels]} samples; empty of a spike
 */
public record Event(String session, long nanos, int unit, float[] row) {
  private static final float[] NOTHING = {};

  static void each(Block block, java.util.function.Consumer<Event> consumer) {
    if (block.events() != null) {
      for (int i = 0; i < block.events().channel().length; i++) {
        long nanos = block.startNanos() + block.events().offsetNanos()[i];
        consumer.accept(new Event(block.session(), nanos, block.events().channel()[i], NOTHING));
      }
      return;
    }
    Block.Samples samples = block.samples();
    int rows = samples.sizeInSamples();
    for (int i = 0; i < rows; i++) {
      float[] row =
          Arrays.copyOfRange(samples.value(), i * samples.channels(), (i + 1) * samples.channels());
      consumer.accept(
          new Event(block.session(), block.startNanos() + block.spanNanos() * i / rows, -1, row));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Event that
        && session.equals(that.session)
        && nanos == that.nanos
        && unit == that.unit
        && Arrays.equals(row, that.row);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * session.hashCode() + Long.hashCode(nanos)) + unit;
  }

  @Override
  public String toString() {
    return "Event[%s at %d]".formatted(session, nanos);
  }
}
