package io.entrain.scoring;

import io.entrain.wire.v1.Truth;
import java.util.ArrayList;
import java.util.List;

/**
 * The truth of one session, in the order of time; a row that is not after the last one (a repeat)
 * is left out.
 */
final class TruthTrack {
  private final List<Truth> rows = new ArrayList<>();

  void add(Truth row) {
    if (rows.isEmpty() || row.getTimeNanos() > rows.get(rows.size() - 1).getTimeNanos()) {
      rows.add(row);
    }
  }

  /** Whether every row before {@code nanos} is known, which a row at or after it shows. */
  boolean reaches(long nanos) {
    return !rows.isEmpty() && rows.get(rows.size() - 1).getTimeNanos() >= nanos;
  }

  /** The last row in [start, end), or null. */
  Truth lastIn(long startNanos, long endNanos) {
    int low = 0;
    int high = rows.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (rows.get(middle).getTimeNanos() < endNanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low > 0 && rows.get(low - 1).getTimeNanos() >= startNanos ? rows.get(low - 1) : null;
  }
}
