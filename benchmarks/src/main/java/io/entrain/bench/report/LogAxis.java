package io.entrain.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A logarithmic axis on a page.
 *
 * @param least value at {@code from}
 * @param most value at {@code to}
 * @param from place of the least, in pixels
 * @param to place of the most, in pixels
 */
record LogAxis(double least, double most, double from, double to) {
  /** An axis over all values that are above 0, with a little room at both ends. */
  static LogAxis over(List<Double> values, double from, double to) {
    double least = Double.MAX_VALUE;
    double most = Double.MIN_VALUE;
    for (double value : values) {
      if (value > 0 && Double.isFinite(value)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    if (least > most) {
      return new LogAxis(0.1, 10, from, to);
    }
    return new LogAxis(least / 1.3, most * 1.3, from, to);
  }

  double at(double value) {
    double clamped = Math.max(least, Math.min(most, value));
    return from + (to - from) * Math.log(clamped / least) / Math.log(most / least);
  }

  /** 1, 2 and 5 of each decade; only the decades where there are many. */
  List<Double> ticks() {
    int[] steps = most / least > 1000 ? new int[] {1} : new int[] {1, 2, 5};
    List<Double> ticks = new ArrayList<>();
    for (int decade = (int) Math.floor(Math.log10(least)); decade <= Math.log10(most); decade++) {
      for (int step : steps) {
        double tick = step * Math.pow(10, decade);
        if (tick >= least && tick <= most) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }
}
