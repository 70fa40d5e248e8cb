package io.entrain.world;

import io.entrain.recording.EventSignal;
import io.entrain.recording.Labels;
import io.entrain.recording.SampleSignal;
import io.entrain.recording.Span;

/**
 * What happens in a session before any clock, noise or gap.
 *
 * @param spikes in true time, beyond both ends of the span
 * @param lfp over the span
 * @param labels over the span
 */
record LiveSource(long seed, Span span, EventSignal spikes, SampleSignal lfp, Labels labels) {

  /** Mean rate of each unit in spikes a second, which noise is measured in. */
  double[] unitRatesHz() {
    double seconds = span.nanos() / 1e9 + 2 * Grid.MARGIN_MILLIS / 1000.0;
    double[] rates = new double[spikes.channels()];
    for (int unit : spikes.channel()) {
      rates[unit] += 1 / seconds;
    }
    return rates;
  }

  /** Standard deviation of each channel, which noise is measured in. */
  double[] channelSds() {
    double[] sum = new double[lfp.channels()];
    double[] squares = new double[lfp.channels()];
    for (int i = 0; i < lfp.values().length; i++) {
      double value = lfp.values()[i];
      sum[i % sum.length] += value;
      squares[i % sum.length] += value * value;
    }
    double[] sds = new double[sum.length];
    for (int c = 0; c < sds.length; c++) {
      double mean = sum[c] / lfp.rows();
      sds[c] = StrictMath.sqrt(squares[c] / lfp.rows() - mean * mean);
    }
    return sds;
  }
}
