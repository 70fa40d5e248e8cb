package io.entrain.timeline;

import java.util.Arrays;

/**
 * The spans of one stream that wait for their panes, disjoint and in order of time. Public fields,
 * because this is state that the engine serialises.
 */
public final class PendingSpans {
  /** {@code [capacity]} first instant of each span, event time; the key of its block. */
  public long[] startNanos = new long[4];

  /** {@code [capacity]} first instant after each span, event time. */
  public long[] endNanos = new long[4];

  /** {@code [capacity]} log time at which each span came. */
  public long[] logMillis = new long[4];

  /** {@code [capacity]} whether the span's block has been reported as late. */
  public boolean[] reportedLate = new boolean[4];

  /** Number of spans; the arrays may be longer. */
  public int size;

  /**
   * Whether log times are known to rise with event time, as they do unless a gap was filled later;
   * false where they do not, and after a restore.
   */
  private transient boolean rising;

  /** Index of the first span that ends after the instant; {@code size} where there is none. */
  int firstEndingAfter(long nanos) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (endNanos[middle] <= nanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  boolean overlaps(long start, long end) {
    int next = firstEndingAfter(start);
    return next < size && startNanos[next] < end;
  }

  /** Adds a span that overlaps no other. */
  void add(long start, long end, long logTimeMillis, boolean late) {
    if (size == startNanos.length) {
      int capacity = size * 2;
      startNanos = Arrays.copyOf(startNanos, capacity);
      endNanos = Arrays.copyOf(endNanos, capacity);
      logMillis = Arrays.copyOf(logMillis, capacity);
      reportedLate = Arrays.copyOf(reportedLate, capacity);
    }
    int at = firstEndingAfter(start);
    int moved = size - at;
    rising &= moved == 0 && (size == 0 || logMillis[size - 1] <= logTimeMillis);
    System.arraycopy(startNanos, at, startNanos, at + 1, moved);
    System.arraycopy(endNanos, at, endNanos, at + 1, moved);
    System.arraycopy(logMillis, at, logMillis, at + 1, moved);
    System.arraycopy(reportedLate, at, reportedLate, at + 1, moved);
    startNanos[at] = start;
    endNanos[at] = end;
    logMillis[at] = logTimeMillis;
    reportedLate[at] = late;
    size++;
  }

  /** Removes the first {@code count} spans. */
  void dropFirst(int count) {
    int left = size - count;
    System.arraycopy(startNanos, count, startNanos, 0, left);
    System.arraycopy(endNanos, count, endNanos, 0, left);
    System.arraycopy(logMillis, count, logMillis, 0, left);
    System.arraycopy(reportedLate, count, reportedLate, 0, left);
    size = left;
  }

  /** Whether the spans cover all of [start, end). */
  boolean cover(long start, long end) {
    long covered = start;
    for (int i = firstEndingAfter(start); i < size && startNanos[i] <= covered; i++) {
      covered = endNanos[i];
      if (covered >= end) {
        return true;
      }
    }
    return false;
  }

  /**
   * Log time of the first span to come that reaches the instant; {@link Long#MAX_VALUE} where none
   * does.
   */
  long reachedMillis(long nanos) {
    int from = firstEndingAfter(nanos - 1);
    if (from == size) {
      return Long.MAX_VALUE;
    }
    rising = rising || logTimesRise();
    long first = logMillis[from];
    for (int i = from + 1; !rising && i < size; i++) {
      first = Math.min(first, logMillis[i]);
    }
    return first;
  }

  private boolean logTimesRise() {
    for (int i = 1; i < size; i++) {
      if (logMillis[i] < logMillis[i - 1]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Newest log time of the spans that start before the instant; {@link Long#MIN_VALUE} where none
   * does.
   */
  long newestMillisBefore(long nanos) {
    long newest = Long.MIN_VALUE;
    for (int i = 0; i < size && startNanos[i] < nanos; i++) {
      newest = Math.max(newest, logMillis[i]);
    }
    return newest;
  }
}
