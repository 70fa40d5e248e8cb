package io.entrain.world;

/**
 * The millisecond grid on which a world is computed: {@code size} points from {@code startMillis},
 * which lies {@link #MARGIN_MILLIS} before the session, as the end lies that much behind it, so
 * that a shifted stream still covers it all.
 */
record Grid(long startMillis, int size) {
  /**
   * Also the bound on a lag. Fixed, so that sessions that differ in their lag only hold the same
   * true events.
   */
  static final int MARGIN_MILLIS = 5_000;

  static Grid around(long endMillis) {
    long size = endMillis + 2L * MARGIN_MILLIS;
    if (size > Integer.MAX_VALUE / 16) {
      throw new IllegalArgumentException(
          "session of "
              + endMillis / 1000
              + " s is longer than the limit of "
              + (Integer.MAX_VALUE / 16 / 1000)
              + " s");
    }
    return new Grid(-MARGIN_MILLIS, (int) size);
  }

  int indexOfMillis(long millis) {
    return Math.toIntExact(millis - startMillis);
  }

  /** The grid point at or before a time, kept inside the grid. */
  int indexOfNanos(long nanos) {
    long index = Math.floorDiv(nanos, 1_000_000L) - startMillis;
    return (int) Math.max(0, Math.min(size - 1L, index));
  }

  long nanosAt(int index) {
    return (startMillis + index) * 1_000_000L;
  }
}
