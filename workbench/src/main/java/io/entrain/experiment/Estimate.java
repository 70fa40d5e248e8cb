package io.entrain.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * A figure with what it could have been: a bootstrap that draws sessions (of other movements) with
 * replacement, then blocks of time within each, as {@code ./entrain evaluate} does. The same
 * sessions and blocks are drawn for every model, so that the difference of two is paired.
 */
final class Estimate {
  static final int RESAMPLES = 1000;

  private final double value;
  private final double[] drawn;

  private Estimate(double value, double[] drawn) {
    this.value = value;
    this.drawn = drawn;
  }

  /**
   * The mean over sessions.
   *
   * @param sessions what is drawn independently
   * @param figure of the columns of a whole session
   */
  static Estimate of(List<Sums> sessions, ToDoubleFunction<double[]> figure) {
    double[][][] blocks = sessions.stream().map(Sums::columns).toArray(double[][][]::new);
    SplittableRandom random = new SplittableRandom(0);
    double[] drawn = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int session = 0; session < blocks.length; session++) {
        drawn[i] += figure.applyAsDouble(draw(blocks[random.nextInt(blocks.length)], random));
      }
      drawn[i] /= blocks.length;
    }
    double value =
        Arrays.stream(blocks)
            .mapToDouble(all -> figure.applyAsDouble(sum(all)))
            .average()
            .orElse(Double.NaN);
    return new Estimate(value, drawn);
  }

  private static double[] draw(double[][] blocks, SplittableRandom random) {
    double[][] chosen = new double[blocks.length][];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = blocks[random.nextInt(blocks.length)];
    }
    return sum(chosen);
  }

  private static double[] sum(double[][] blocks) {
    double[] total = new double[blocks.length == 0 ? 0 : blocks[0].length];
    for (double[] block : blocks) {
      for (int i = 0; i < total.length; i++) {
        total[i] += block[i];
      }
    }
    return total;
  }

  /** The mean of several, drawn together. */
  static Estimate mean(List<Estimate> all) {
    double[] drawn = new double[RESAMPLES];
    double value = 0;
    for (Estimate one : all) {
      value += one.value / all.size();
      for (int i = 0; i < RESAMPLES; i++) {
        drawn[i] += one.drawn[i] / all.size();
      }
    }
    return new Estimate(value, drawn);
  }

  Estimate minus(Estimate other) {
    double[] difference = new double[RESAMPLES];
    Arrays.setAll(difference, i -> drawn[i] - other.drawn[i]);
    return new Estimate(value - other.value, difference);
  }

  /** Of a mean square its root. */
  Estimate root() {
    return new Estimate(Math.sqrt(value), Arrays.stream(drawn).map(Math::sqrt).toArray());
  }

  double value() {
    return value;
  }

  double low() {
    return quantile(.025);
  }

  double high() {
    return quantile(.975);
  }

  private double quantile(double share) {
    double[] sorted = Arrays.stream(drawn).filter(x -> !Double.isNaN(x)).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** Value, low and high end of its 95 % interval. */
  List<Double> triple() {
    return List.of(value, low(), high());
  }
}
