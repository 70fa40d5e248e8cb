package io.entrain.world;

/**
 * White noise into 1/f noise of unit variance, from three first-order filters (Kellet's economy
 * form).
 */
final class PinkNoise {
  private static final double[] POLES = {.99765, .96300, .57000};
  private static final double[] GAINS = {.0990460, .2965164, 1.0526913};
  private static final double DIRECT = .1848;
  private static final double SCALE = scale();

  private final double[] state = new double[POLES.length];

  private static double scale() {
    double energy = 0;
    double[] response = GAINS.clone();
    for (int t = 0; t < 2 * BandNoise.SETTLING_MILLIS; t++) {
      double sum = t == 0 ? DIRECT : 0;
      for (int i = 0; i < response.length; i++) {
        sum += response[i];
        response[i] *= POLES[i];
      }
      energy += sum * sum;
    }
    return 1 / StrictMath.sqrt(energy);
  }

  double next(double white) {
    double sum = DIRECT * white;
    for (int i = 0; i < state.length; i++) {
      state[i] = POLES[i] * state[i] + GAINS[i] * white;
      sum += state[i];
    }
    return SCALE * sum;
  }
}
