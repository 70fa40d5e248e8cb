package io.entrain.world;

import io.entrain.world.Draw.Purpose;

/**
 * What neither sensor sees directly, on the millisecond {@link Grid}.
 *
 * @param velocity {@code u [2][T]}: minimum-jerk reaches, each component of unit variance
 * @param gate {@code g [T]}: signed, unit variance, Gaussian kernel of 60 ms sd
 * @param component {@code a [2][T]}: unit variance, Gaussian kernel of 90 ms sd
 * @param bursts {@code c [4][T]}: common to both streams, height 1, 12 ms sd; the only cue for the
 *     lag
 */
record Latents(double[][] velocity, double[] gate, double[][] component, double[][] bursts) {
  static final int BURSTS = 4;
  private static final double GATE_SD_MILLIS = 60;
  private static final double COMPONENT_SD_MILLIS = 90;
  private static final double BURST_RATE_HZ = 1.5;
  private static final double BURST_SD_MILLIS = 12;

  /** How much later than its causes the target moves. */
  static final int TARGET_DELAY_MILLIS = 60;

  static Latents draw(long seed, Grid grid) {
    int size = grid.size();
    double[][] component = new double[2][];
    for (int k = 0; k < 2; k++) {
      component[k] = smooth(Draw.of(seed, Purpose.COMPONENT, k), size, COMPONENT_SD_MILLIS);
    }
    double[][] bursts = new double[BURSTS][];
    for (int k = 0; k < BURSTS; k++) {
      bursts[k] = bursts(Draw.of(seed, Purpose.BURSTS, k), size);
    }
    double[] gate = smooth(Draw.of(seed, Purpose.GATE, 0), size, GATE_SD_MILLIS);
    return new Latents(reaches(Draw.of(seed, Purpose.REACHES, 0), size), gate, component, bursts);
  }

  /** The target {@code y(t + 60 ms) = √.6 g u + √.2 u + √.2 a} at a grid index, one axis. */
  double target(int index, int axis) {
    int cause = index - TARGET_DELAY_MILLIS;
    double u = velocity[axis][cause];
    return StrictMath.sqrt(.6) * gate[cause] * u
        + StrictMath.sqrt(.2) * u
        + StrictMath.sqrt(.2) * component[axis][cause];
  }

  double speed(int index) {
    return StrictMath.sqrt(
        velocity[0][index] * velocity[0][index] + velocity[1][index] * velocity[1][index]);
  }

  /**
   * Reaches one after another, 250–600 ms each, direction uniform. The bell 16 s²(1−s)² (Flash and
   * Hogan 1985) has mean square 256/630; the peak speed, uniform in ±50 % of its mean, is scaled so
   * that each component has unit variance.
   */
  private static double[][] reaches(Draw draw, int size) {
    double[][] velocity = new double[2][size];
    double meanPeak = StrictMath.sqrt(2 / ((1 + 1 / 12.0) * (256 / 630.0)));
    int start = -(int) draw.uniform(0, 600);
    while (start < size) {
      int duration = (int) draw.uniform(250, 601);
      double angle = draw.uniform(0, 2 * StrictMath.PI);
      double peak = meanPeak * draw.uniform(.5, 1.5);
      for (int t = Math.max(0, start); t < Math.min(size, start + duration); t++) {
        double s = (t - start) / (double) duration;
        double bell = 16 * s * s * (1 - s) * (1 - s) * peak;
        velocity[0][t] = bell * StrictMath.cos(angle);
        velocity[1][t] = bell * StrictMath.sin(angle);
      }
      start += duration;
    }
    return velocity;
  }

  /**
   * White noise under a Gaussian kernel, scaled to unit variance; computed every 5 ms and joined by
   * straight lines.
   */
  private static double[] smooth(Draw draw, int size, double sdMillis) {
    int step = 5;
    int reach = (int) StrictMath.ceil(4 * sdMillis / step);
    double[] kernel = new double[2 * reach + 1];
    double energy = 0;
    for (int i = -reach; i <= reach; i++) {
      double x = i * step / sdMillis;
      kernel[i + reach] = StrictMath.exp(-x * x / 2);
      energy += kernel[i + reach] * kernel[i + reach];
    }
    int knots = size / step + 2;
    double[] white = new double[knots + 2 * reach];
    for (int i = 0; i < white.length; i++) {
      white[i] = draw.gaussian() / StrictMath.sqrt(energy);
    }
    double[] values = new double[knots];
    for (int i = 0; i < knots; i++) {
      for (int j = 0; j < kernel.length; j++) {
        values[i] += kernel[j] * white[i + j];
      }
    }
    double[] path = new double[size];
    for (int t = 0; t < size; t++) {
      double share = (t % step) / (double) step;
      path[t] = values[t / step] * (1 - share) + values[t / step + 1] * share;
    }
    return path;
  }

  private static double[] bursts(Draw draw, int size) {
    double[] path = new double[size];
    double centre = 0;
    while (true) {
      centre += draw.exponential(1000 / BURST_RATE_HZ);
      if (centre >= size) {
        return path;
      }
      int from = Math.max(0, (int) (centre - 5 * BURST_SD_MILLIS));
      int until = Math.min(size, (int) (centre + 5 * BURST_SD_MILLIS));
      for (int t = from; t < until; t++) {
        double x = (t - centre) / BURST_SD_MILLIS;
        path[t] += StrictMath.exp(-x * x / 2);
      }
    }
  }
}
