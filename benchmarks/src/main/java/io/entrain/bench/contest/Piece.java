package io.entrain.bench.contest;

import io.entrain.wire.Block;
import java.util.Arrays;

/**
 * A parsed block, as a stream that is windowed block by block has it.
 *
 * @param session session id
 * @param startNanos first instant
 * @param endNanos first instant after it
 * @param offsetNanos {@code [N]} of the spikes; empty of samples
 * @param unit {@code [N]} of the spikes; empty of samples
 * @param samples {@code [T * channels]}; empty of spikes
 */
public record Piece(
    String session,
    long startNanos,
    long endNanos,
    long[] offsetNanos,
    int[] unit,
    float[] samples) {

  static Piece of(Block block) {
    Block.Events events = block.events();
    return new Piece(
        block.session(),
        block.startNanos(),
        block.endNanos(),
        events == null ? new long[0] : events.offsetNanos(),
        events == null ? new int[0] : events.channel(),
        events == null ? block.samples().value() : new float[0]);
  }

  boolean isSpikes() {
    return samples.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Piece that
        && session.equals(that.session)
        && startNanos == that.startNanos
        && endNanos == that.endNanos
        && Arrays.equals(offsetNanos, that.offsetNanos)
        && Arrays.equals(unit, that.unit)
        && Arrays.equals(samples, that.samples);
  }

  @Override
  public int hashCode() {
    return 31 * session.hashCode() + Long.hashCode(startNanos);
  }

  @Override
  public String toString() {
    return "Piece[%s at %d]".formatted(session, startNanos);
  }
}
