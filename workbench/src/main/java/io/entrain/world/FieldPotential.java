package io.entrain.world;

import io.entrain.world.Draw.Purpose;
import io.entrain.world.Subject.Channel;
import java.util.stream.IntStream;

/**
 * The LFP of a subject's channels at 1 kHz in true time, each channel of about unit variance: beta
 * (16–26 Hz) with amplitude e^{−0.7 m g}, gamma (60–130 Hz) with amplitude e^{0.6 m g + 0.5 L_g·c},
 * an evoked response to c, a low-frequency part from a, and pink noise. Carriers and pink noise are
 * independent between channels.
 */
final class FieldPotential {
  private static final double BETA = .35;
  private static final double GAMMA = .45;
  private static final double COMPONENT = .4;
  private static final double EVOKED = .9;
  private static final double PINK = .4;

  /** Time to peak of the evoked response. */
  private static final double EVOKED_MILLIS = 15;

  private FieldPotential() {}

  /** {@code [channel][T]} on the grid. */
  static float[][] draw(Subject subject, long seed, Grid grid, Latents latents) {
    double[][] evoked = new double[Latents.BURSTS][];
    for (int k = 0; k < Latents.BURSTS; k++) {
      evoked[k] = alpha(latents.bursts()[k]);
    }
    return IntStream.range(0, subject.channels().size())
        .parallel()
        .mapToObj(
            i ->
                channel(
                    subject.channels().get(i), Draw.of(seed, Purpose.FIELD, i), latents, evoked))
        .toArray(float[][]::new);
  }

  private static float[] channel(Channel channel, Draw draw, Latents latents, double[][] evoked) {
    BandNoise beta = new BandNoise(16, 26);
    BandNoise gamma = new BandNoise(60, 130);
    PinkNoise pink = new PinkNoise();
    float[] values = new float[latents.gate().length];
    for (int t = -BandNoise.SETTLING_MILLIS; t < values.length; t++) {
      double betaNow = beta.next(draw.gaussian());
      double gammaNow = gamma.next(draw.gaussian());
      double pinkNow = pink.next(draw.gaussian());
      if (t < 0) {
        continue;
      }
      double gate = channel.gate() * latents.gate()[t];
      double slow =
          channel.component()[0] * latents.component()[0][t]
              + channel.component()[1] * latents.component()[1][t];
      double burst = .5 * sum(channel.gammaBursts(), latents.bursts(), t);
      values[t] =
          (float)
              (BETA * StrictMath.exp(-.7 * gate) * betaNow
                  + GAMMA * StrictMath.exp(.6 * gate + burst) * gammaNow
                  + COMPONENT * slow
                  + EVOKED * sum(channel.evoked(), evoked, t)
                  + PINK * pinkNow);
    }
    return values;
  }

  private static double sum(double[] loadings, double[][] paths, int t) {
    double sum = 0;
    for (int k = 0; k < loadings.length; k++) {
      sum += loadings[k] * paths[k][t];
    }
    return sum;
  }

  /**
   * Response to a burst: two equal first-order lags in a row, that is the alpha function t/τ
   * e^{1−t/τ}, of unit gain.
   */
  private static double[] alpha(double[] bursts) {
    double keep = StrictMath.exp(-1 / EVOKED_MILLIS);
    double first = 0;
    double second = 0;
    double[] path = new double[bursts.length];
    for (int t = 0; t < path.length; t++) {
      first = keep * first + (1 - keep) * bursts[t];
      second = keep * second + (1 - keep) * first;
      path[t] = second;
    }
    return path;
  }
}
