package io.entrain.bench.report;

import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Spread;
import java.util.Locale;

/** Numbers as people read them: three digits, thousands apart. */
final class Figure {
  private Figure() {}

  static String of(double value) {
    double size = Math.abs(value);
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value).replace(',', '\u202f');
    }
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** A round number at an axis. */
  static String tick(double value) {
    return value >= 1
        ? of(Math.rint(value)).replaceFirst("\\.0+$", "")
        : String.format(Locale.ROOT, "%.4g", value).replaceFirst("0+$", "");
  }

  /** Median and range. */
  static String of(Spread spread) {
    if (spread.min() == spread.max()) {
      return of(spread.median());
    }
    return "%s (%s–%s)".formatted(of(spread.median()), of(spread.min()), of(spread.max()));
  }

  /** What is asked of a row and whether it got there. */
  static String of(Limit limit, Row row) {
    if (limit == null) {
      return "";
    }
    String asked =
        "%s %s%s"
            .formatted(
                limit.atLeast() ? "≥" : "≤",
                of(limit.bound()),
                limit.of() == Limit.Figure.RATIO ? " ×" : "");
    return asked + (row.reached() ? ", reached" : ", **not reached**");
  }
}
