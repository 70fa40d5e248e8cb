package io.entrain.world;

import io.entrain.recording.EventSignal;
import io.entrain.recording.Span;
import io.entrain.world.Draw.Purpose;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The clock that stamps a stream: an event at true time s gets s + τ(s) + the jitter of its 20 ms
 * packet; the result is put in the order of its stamps, equal stamps in the order of true time.
 */
public final class Clock {
  private static final long PACKET_NANOS = 20_000_000L;

  /**
   * Jitter is cut off at this many sd, so that a block can leave once nothing can fall into it any
   * more.
   */
  private static final double JITTER_BOUND = 3;

  private final LagPath path;
  private final double jitterMillis;
  private final long seed;

  public Clock(LagPath path, double jitterMillis, long seed) {
    if (jitterMillis < 0) {
      throw new IllegalArgumentException("jitter of " + jitterMillis + " ms, want 0 or more");
    }
    this.path = path;
    this.jitterMillis = jitterMillis;
    this.seed = seed;
  }

  public double marginMillis() {
    return JITTER_BOUND * jitterMillis;
  }

  public long stamp(long trueNanos) {
    double shiftMillis = path.millisAt(trueNanos);
    if (jitterMillis > 0) {
      // A stream of its own for each packet: the jitter of a packet does not depend on where a
      // session starts.
      int packet = (int) Math.floorDiv(trueNanos, PACKET_NANOS);
      double gaussian = Draw.of(seed, Purpose.JITTER, packet).gaussian();
      shiftMillis += jitterMillis * Math.max(-JITTER_BOUND, Math.min(JITTER_BOUND, gaussian));
    }
    return trueNanos + Math.round(shiftMillis * 1e6);
  }

  /** The events as stamped, of those whose stamps fall into {@code span}. */
  public EventSignal stamp(EventSignal events, Span span) {
    long[] stamps = new long[events.nanos().length];
    for (int i = 0; i < stamps.length; i++) {
      stamps[i] = stamp(events.nanos()[i]);
    }
    int[] order =
        IntStream.range(0, stamps.length)
            .filter(i -> span.contains(stamps[i]))
            .boxed()
            .sorted((i, j) -> Long.compare(stamps[i], stamps[j]))
            .mapToInt(Integer::intValue)
            .toArray();
    long[] nanos = IntStream.of(order).mapToLong(i -> stamps[i]).toArray();
    return events.at(order, nanos, List.of());
  }
}
