package io.entrain.experiment;

import java.util.Arrays;

/**
 * How fast a job wrote its decoded records, by the stamps that its producer gave them: from the end
 * of the first eighth to the last, so that neither its start nor its end counts. The benchmarks
 * take their rates from here, too.
 *
 * @param windows records in that time
 * @param wallMillis how long it was
 */
public record Pace(long windows, long wallMillis) {
  /** Of nothing. */
  static final Pace NONE = new Pace(0, 0);

  /** Of the stamps of every record of a job, in any order. */
  public static Pace of(long[] stampsMillis) {
    if (stampsMillis.length < 2) {
      return NONE;
    }
    long[] sorted = stampsMillis.clone();
    Arrays.sort(sorted);
    int first = sorted.length / 8;
    int last = sorted.length - 1;
    // Stamps are whole milliseconds.
    return new Pace(last - first, Math.max(1, sorted[last] - sorted[first]));
  }

  /** Of both, one job after the other; what lies between the two does not count. */
  Pace and(Pace next) {
    return new Pace(windows + next.windows, wallMillis + next.wallMillis);
  }

  /** Windows a second; null where there were too few to tell. */
  Double windowsPerSecond() {
    return windows == 0 ? null : (Double) (windows * 1000.0 / wallMillis);
  }
}
