package io.entrain.world;

import io.entrain.world.Draw.Purpose;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Sensor noise of strength σ. The clean signal underneath stays where it is. */
final class Noise {
  private Noise() {}

  /**
   * Adds Poisson spikes at σ times each unit's rate: that of its own spikes in the session, as the
   * LFP's noise goes by the channel's own sd. The unit's resting rate is .75 to 1.25 of it.
   */
  static long[][] spurious(long[][] trains, double sigma, long seed, Grid grid) {
    long[][] noisy = new long[trains.length][];
    for (int unit = 0; unit < trains.length; unit++) {
      Draw draw = Draw.of(seed, Purpose.SPIKE_NOISE, unit);
      double meanWaitNanos = grid.size() * 1e6 / (sigma * trains[unit].length);
      LongBuffer times = new LongBuffer();
      for (double at = draw.exponential(meanWaitNanos);
          at < grid.size() * 1e6;
          at += draw.exponential(meanWaitNanos)) {
        times.add(grid.nanosAt(0) + (long) at);
      }
      long[] extra = times.toArray();
      noisy[unit] = Arrays.copyOf(trains[unit], trains[unit].length + extra.length);
      System.arraycopy(extra, 0, noisy[unit], trains[unit].length, extra.length);
      Arrays.sort(noisy[unit]);
    }
    return noisy;
  }

  /** Adds white noise of σ times each channel's own sd, in place. */
  static void white(float[][] channels, double sigma, long seed) {
    IntStream.range(0, channels.length)
        .parallel()
        .forEach(
            i -> {
              Draw draw = Draw.of(seed, Purpose.FIELD_NOISE, i);
              double sd = sigma * sd(channels[i]);
              for (int t = 0; t < channels[i].length; t++) {
                channels[i][t] += (float) (sd * draw.gaussian());
              }
            });
  }

  private static double sd(float[] values) {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    double mean = sum / values.length;
    return StrictMath.sqrt(squares / values.length - mean * mean);
  }
}
