package io.entrain.experiment;

import java.util.function.ToDoubleFunction;

/**
 * The columns of one output: windows, then for each component the sum of the truth, of its square
 * and of the squared error, then how many components each interval of {@link Coverage} held.
 */
final class OutputSums {
  private OutputSums() {}

  static int columns(int components) {
    return 1 + 3 * components + Coverage.COLUMNS;
  }

  static void add(double[] row, double[] truth, double[] mean, double[] standardDeviation) {
    int components = truth.length;
    row[0]++;
    for (int i = 0; i < components; i++) {
      double error = mean[i] - truth[i];
      row[1 + i] += truth[i];
      row[1 + components + i] += truth[i] * truth[i];
      row[1 + 2 * components + i] += error * error;
      Coverage.count(error, standardDeviation[i], row, 1 + 3 * components, 1.0 / components);
    }
  }

  /** R²: 1 − squared error / squared deviation from the mean, averaged over the components. */
  static ToDoubleFunction<double[]> r2(int components) {
    return row -> {
      double total = 0;
      for (int i = 0; i < components; i++) {
        double deviation = row[1 + components + i] - row[1 + i] * row[1 + i] / row[0];
        total += 1 - row[1 + 2 * components + i] / deviation;
      }
      return total / components;
    };
  }

  /** Share of the truth that the interval at a place of {@link Coverage#LEVELS} holds. */
  static ToDoubleFunction<double[]> covers(int components, int level) {
    return row -> row[1 + 3 * components + level] / row[0];
  }
}
