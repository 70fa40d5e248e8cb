package io.entrain.bench.contest;

import io.entrain.wire.Timing;
import org.HdrHistogram.Histogram;

/**
 * What became of the windows of one live run. Times are from when the last block of a window was
 * due.
 */
final class LiveRun {
  private static final long HIGHEST_MICROS = 60_000_000L;

  private final Histogram micros = new Histogram(HIGHEST_MICROS, 3);
  private double slipSumMicros;
  private double ackSumMicros;
  private double jobSumMillis;
  private double modelSumMicros;
  private double handSumMillis;
  private double cores;

  /**
   * A window's record came.
   *
   * @param latencyNanos until it was in the consumer's hand
   * @param slipMicros until its last block was handed to the producer
   * @param ackMicros from then until the broker had it
   * @param handMillis wall time at which it was in hand
   */
  void add(long latencyNanos, double slipMicros, double ackMicros, Timing timing, long handMillis) {
    micros.recordValue(Math.max(0, Math.min(HIGHEST_MICROS, latencyNanos / 1000)));
    slipSumMicros += slipMicros;
    ackSumMicros += ackMicros;
    jobSumMillis += timing.publishedMillis() - timing.arrivedMillis();
    modelSumMicros += timing.inferenceMicros();
    handSumMillis += handMillis - timing.publishedMillis();
  }

  void used(double coresOfTheJob) {
    cores = coresOfTheJob;
  }

  long windows() {
    return micros.getTotalCount();
  }

  double millisAt(double percentile) {
    return micros.getValueAtPercentile(percentile) * 1e-3;
  }

  double meanMillis() {
    return micros.getMean() * 1e-3;
  }

  double slipMillis() {
    return slipSumMicros * 1e-3 / windows();
  }

  double ackMillis() {
    return ackSumMicros * 1e-3 / windows();
  }

  /** From the log time of the last block to the hand-over to the producer; stamps are whole ms. */
  double jobMillis() {
    return jobSumMillis / windows();
  }

  double modelMillis() {
    return modelSumMicros * 1e-3 / windows();
  }

  double handMillis() {
    return handSumMillis / windows();
  }

  /** Cores that the job kept busy. */
  double cores() {
    return cores;
  }
}
