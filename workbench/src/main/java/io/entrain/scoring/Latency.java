package io.entrain.scoring;

import io.entrain.wire.Timing;
import org.HdrHistogram.Histogram;

/**
 * From the arrival of the block that made a window ready (its log time) to the record's hand-over
 * to the producer, in milliseconds, in an {@link Histogram} of three digits up to an hour. Means
 * something where blocks are sent in real time.
 */
public final class Latency {
  private static final long HIGHEST_MILLIS = 3_600_000;

  private final Histogram histogram = new Histogram(HIGHEST_MILLIS, 3);

  /** A record's timing; null (headers of another producer) is left out. */
  public void add(Timing timing) {
    if (timing != null) {
      long millis = timing.publishedMillis() - timing.arrivedMillis();
      // Two clocks of one machine can differ by a millisecond; a record from far away must not end
      // the run.
      histogram.recordValue(Math.max(0, Math.min(HIGHEST_MILLIS, millis)));
    }
  }

  /** NaN before the first. */
  public double millisAt(double percentile) {
    return histogram.getTotalCount() == 0 ? Double.NaN : histogram.getValueAtPercentile(percentile);
  }
}
