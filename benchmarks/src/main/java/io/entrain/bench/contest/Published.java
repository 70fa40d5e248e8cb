package io.entrain.bench.contest;

import io.entrain.bench.measure.Sample;
import java.util.Collection;

/**
 * The rate at which a contestant wrote its records, by the stamps that its producer gave them: from
 * the end of the first eighth to the last, so that neither its start nor its end counts. CPU of a
 * record is that of the whole run, its start included.
 */
final class Published {
  private static final long MILLI = 1_000_000L;

  private Published() {}

  /**
   * The rate between the stamps.
   *
   * @param whole what all of the run took
   * @param millis of every record, in any order
   */
  static Sample of(Sample whole, Collection<Long> millis) {
    long[] stamps = millis.stream().mapToLong(Long::longValue).sorted().toArray();
    int first = stamps.length / 8;
    long windows = (long) stamps.length - first - 1;
    // Stamps are whole milliseconds.
    long wallNanos = Math.max(1, stamps[stamps.length - 1] - stamps[first]) * MILLI;
    long cpuNanos = Math.round(whole.cpuNanos() * (double) windows / stamps.length);
    return new Sample(windows, wallNanos, cpuNanos, whole.checksum());
  }
}
