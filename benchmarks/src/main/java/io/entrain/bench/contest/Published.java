package io.entrain.bench.contest;

import io.entrain.bench.measure.Sample;
import io.entrain.experiment.Pace;
import java.util.Collection;

/**
 * The rate at which a contestant wrote its records: its {@link Pace}. CPU of a record is that of
 * the whole run, its start included.
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
    Pace pace = Pace.of(millis.stream().mapToLong(Long::longValue).toArray());
    long cpuNanos = Math.round(whole.cpuNanos() * (double) pace.windows() / millis.size());
    return new Sample(pace.windows(), pace.wallMillis() * MILLI, cpuNanos, whole.checksum());
  }
}
