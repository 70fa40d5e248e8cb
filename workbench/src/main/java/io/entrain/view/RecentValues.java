package io.entrain.view;

import java.util.Arrays;

/** The last thousand values of something, for percentiles of how it is now. */
final class RecentValues {
  private static final int SIZE = 1000;

  private final double[] values = new double[SIZE];
  private long count;

  synchronized void add(double value) {
    values[(int) (count++ % SIZE)] = value;
  }

  /** NaN before the first. */
  synchronized double at(double percentile) {
    if (count == 0) {
      return Double.NaN;
    }
    double[] sorted = Arrays.copyOf(values, (int) Math.min(SIZE, count));
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1L, (long) (percentile / 100 * sorted.length))];
  }
}
