package io.entrain.scoring;

/**
 * R² of one model: for each component 1 − squared error / squared deviation of the truth from its
 * mean, over all windows scored so far; the mean over components is the model's R².
 */
final class ExplainedVariance {
  private final double[] sum;
  private final double[] squares;
  private final double[] errors;
  private long windows;

  ExplainedVariance(int components) {
    sum = new double[components];
    squares = new double[components];
    errors = new double[components];
  }

  void add(double[] truth, double[] decoded) {
    windows++;
    for (int i = 0; i < sum.length; i++) {
      double error = decoded[i] - truth[i];
      sum[i] += truth[i];
      squares[i] += truth[i] * truth[i];
      errors[i] += error * error;
    }
  }

  long windows() {
    return windows;
  }

  /** NaN until the truth has varied. */
  double r2() {
    double total = 0;
    for (int i = 0; i < sum.length; i++) {
      double deviation = squares[i] - sum[i] * sum[i] / windows;
      total += deviation > 0 ? 1 - errors[i] / deviation : Double.NaN;
    }
    return total / sum.length;
  }
}
