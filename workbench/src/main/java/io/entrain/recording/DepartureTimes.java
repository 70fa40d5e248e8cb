package io.entrain.recording;

/**
 * When a block may leave: at the first true time after which nothing more can be stamped before its
 * end. On the reference clock that is its end; on a clock that lags by τ it is end − τ, later by
 * the margin of its packets' jitter. Never goes back.
 */
final class DepartureTimes {
  private final long[] nanos;
  private final double[] lagNanos;
  private final long marginNanos;

  /** Least stamp that an event at {@code nanos[i]} or later can get. */
  private final long[] floorNanos;

  private int place;

  /** {@code lag} may be null: the reference clock. */
  DepartureTimes(KnownLag lag) {
    int size = lag == null ? 0 : lag.nanos().length;
    nanos = size == 0 ? new long[0] : lag.nanos();
    marginNanos = size == 0 ? 0 : (long) Math.ceil(lag.marginMillis() * 1e6);
    lagNanos = new double[size];
    floorNanos = new long[size];
    long floor = Long.MAX_VALUE;
    for (int i = size - 1; i >= 0; i--) {
      lagNanos[i] = lag.millis()[i] * 1e6;
      floor = Math.min(floor, nanos[i] + (long) lagNanos[i] - marginNanos);
      floorNanos[i] = floor;
    }
  }

  /** Departure of a block that ends at {@code endNanos}; to be asked in ascending order. */
  long of(long endNanos) {
    if (nanos.length == 0) {
      return endNanos;
    }
    if (endNanos < floorNanos[0]) {
      return Math.min(nanos[0], endNanos - (long) lagNanos[0] + marginNanos);
    }
    while (place < nanos.length && floorNanos[place] < endNanos) {
      place++;
    }
    if (place < nanos.length) {
      return nanos[place];
    }
    int last = nanos.length - 1;
    return Math.max(nanos[last], endNanos - (long) lagNanos[last] + marginNanos);
  }
}
