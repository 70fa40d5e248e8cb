package io.entrain.experiment;

import java.util.List;

/** Central intervals of a normal distribution, and how often they hold what they should. */
final class Coverage {
  /** Nominal shares. */
  static final List<Double> LEVELS = List.of(.1, .2, .3, .4, .5, .6, .7, .8, .9, .95);

  /**
   * Half of each interval's width in standard deviations: the normal quantile of (1 + level) / 2.
   */
  private static final double[] WIDTHS = {
    .125661, .253347, .385320, .524401, .674490, .841621, 1.036433, 1.281552, 1.644854, 1.959964
  };

  /** Columns that {@link #count} fills. */
  static final int COLUMNS = WIDTHS.length;

  /** Place of the 90 % interval. */
  static final int OF_90 = LEVELS.indexOf(.9);

  private Coverage() {}

  /** Adds {@code weight} at {@code from} on for each interval that holds an error. */
  static void count(double error, double standardDeviation, double[] row, int from, double weight) {
    for (int i = 0; i < WIDTHS.length; i++) {
      if (Math.abs(error) <= WIDTHS[i] * standardDeviation) {
        row[from + i] += weight;
      }
    }
  }
}
