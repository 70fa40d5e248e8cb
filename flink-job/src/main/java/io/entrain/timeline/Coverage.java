package io.entrain.timeline;

import java.util.Arrays;

/**
 * The time that a stream has offered blocks for, whatever became of them: so a repeat is known as
 * one however far the session has come meanwhile. Public fields, because this is state that the
 * engine serialises.
 */
public final class Coverage {
  /** Whether anything is covered. */
  public boolean any;

  /** First instant after all that is covered, event time; only where anything is. */
  public long highNanos;

  /** {@code [capacity]} first instant of each gap, in order of time. */
  public long[] gapStartNanos = new long[4];

  /** {@code [capacity]} first instant after each gap. */
  public long[] gapEndNanos = new long[4];

  /** Number of gaps; the arrays may be longer. */
  public int gaps;

  /** Whether any of [start, end) is covered; what is older than all known gaps is. */
  boolean overlaps(long start, long end) {
    if (!any || start >= highNanos) {
      return false;
    }
    int gap = firstEndingAfter(start);
    return gap == gaps || gapStartNanos[gap] > start || gapEndNanos[gap] < end;
  }

  /** Covers [start, end), of which nothing is covered yet. */
  void add(long start, long end) {
    if (!any) {
      any = true;
      highNanos = end;
      insert(0, Long.MIN_VALUE, start);
    } else if (start >= highNanos) {
      if (start > highNanos) {
        insert(gaps, highNanos, start);
      }
      highNanos = end;
    } else {
      fill(start, end);
    }
  }

  private void fill(long start, long end) {
    int gap = firstEndingAfter(start);
    long gapEnd = gapEndNanos[gap];
    gapEndNanos[gap] = start;
    if (end < gapEnd) {
      insert(gap + 1, end, gapEnd);
    }
    if (gapStartNanos[gap] == start) {
      remove(gap, 1);
    }
  }

  private int firstEndingAfter(long nanos) {
    int gap = gaps;
    while (gap > 0 && gapEndNanos[gap - 1] > nanos) {
      gap--;
    }
    return gap;
  }

  /** Forgets the gaps that ended by then; they count as covered from now on. */
  void forgetThrough(long instant) {
    int old = 0;
    while (old < gaps && gapEndNanos[old] <= instant) {
      old++;
    }
    remove(0, old);
  }

  private void insert(int at, long start, long end) {
    if (gaps == gapStartNanos.length) {
      gapStartNanos = Arrays.copyOf(gapStartNanos, 2 * gaps);
      gapEndNanos = Arrays.copyOf(gapEndNanos, 2 * gaps);
    }
    System.arraycopy(gapStartNanos, at, gapStartNanos, at + 1, gaps - at);
    System.arraycopy(gapEndNanos, at, gapEndNanos, at + 1, gaps - at);
    gapStartNanos[at] = start;
    gapEndNanos[at] = end;
    gaps++;
  }

  private void remove(int at, int count) {
    if (count == 0) {
      return;
    }
    System.arraycopy(gapStartNanos, at + count, gapStartNanos, at, gaps - at - count);
    System.arraycopy(gapEndNanos, at + count, gapEndNanos, at, gaps - at - count);
    gaps -= count;
  }
}
