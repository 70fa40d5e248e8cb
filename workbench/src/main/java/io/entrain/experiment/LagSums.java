package io.entrain.experiment;

import java.util.function.ToDoubleFunction;

/**
 * The columns of the lag: windows, squared error, how many were within 30 and within 50 ms, how
 * many each interval of {@link Coverage} held, then windows with a headroom, its sum, and how many
 * were above 0.
 */
final class LagSums {
  static final int COLUMNS = 4 + Coverage.COLUMNS + 3;

  private static final double CLOSE_MILLIS = 30;
  private static final double NEAR_MILLIS = 50;
  private static final int HEADROOM = 4 + Coverage.COLUMNS;

  private LagSums() {}

  static void add(double[] row, double errorMillis, double sdMillis) {
    row[0]++;
    row[1] += errorMillis * errorMillis;
    row[2] += Math.abs(errorMillis) <= CLOSE_MILLIS ? 1 : 0;
    row[3] += Math.abs(errorMillis) <= NEAR_MILLIS ? 1 : 0;
    Coverage.count(errorMillis, sdMillis, row, 4, 1);
  }

  static void addHeadroom(double[] row, double headroom) {
    row[HEADROOM]++;
    row[HEADROOM + 1] += headroom;
    row[HEADROOM + 2] += headroom > 0 ? 1 : 0;
  }

  static ToDoubleFunction<double[]> meanSquare() {
    return row -> row[1] / row[0];
  }

  static ToDoubleFunction<double[]> within30() {
    return row -> row[2] / row[0];
  }

  static ToDoubleFunction<double[]> within50() {
    return row -> row[3] / row[0];
  }

  static ToDoubleFunction<double[]> covers(int level) {
    return row -> row[4 + level] / row[0];
  }

  static ToDoubleFunction<double[]> headroom() {
    return row -> row[HEADROOM + 1] / row[HEADROOM];
  }

  static ToDoubleFunction<double[]> headroomPositive() {
    return row -> row[HEADROOM + 2] / row[HEADROOM];
  }
}
