package io.entrain.bench.report;

import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that is held against a limit, whatever its unit, one below the other: how many times
 * better than asked, on a logarithmic axis. A dot for the median, a line for the range of the
 * rounds; what is left of the dashed line misses.
 */
final class LimitPlot {
  private static final int LABELS = 330;
  private static final int WIDTH = 860;
  private static final int LINE = 24;

  private LimitPlot() {}

  /** The drawing, or an empty text where nothing is asked. */
  static String of(List<Row> all) {
    List<Row> rows = all.stream().filter(row -> row.limit() != null).toList();
    if (rows.isEmpty()) {
      return "";
    }
    List<Double> values = new ArrayList<>(List.of(1.0));
    rows.forEach(row -> values.addAll(ends(row)));
    LogAxis axis = LogAxis.over(values, LABELS, WIDTH - 20.0);
    double bottom = LINE * (rows.size() + 1.0);
    Svg svg = new Svg(WIDTH, bottom + 40);
    for (double tick : axis.ticks()) {
      svg.line(axis.at(tick), 12, axis.at(tick), bottom, tick == 1 ? "limit" : "grid");
      svg.text(axis.at(tick), bottom + 16, "middle", Figure.tick(tick));
    }
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      double y = LINE * (i + 1.0);
      svg.text(LABELS - 12.0, y + 4, "end", row.name());
      svg.line(axis.at(ends(row).get(0)), y, axis.at(ends(row).get(1)), y, "range");
      double median = margin(row.limit(), figure(row).median());
      svg.dot(axis.at(median), y, row.reached() ? "reached" : "missed");
    }
    return svg.text(WIDTH - 20.0, bottom + 34, "end", "times better than asked; dashed: asked")
        .toString();
  }

  private static List<Double> ends(Row row) {
    Spread figure = figure(row);
    return List.of(margin(row.limit(), figure.min()), margin(row.limit(), figure.max()));
  }

  private static Spread figure(Row row) {
    return row.limit().of() == Limit.Figure.RATIO ? row.ratio() : row.ours().value();
  }

  private static double margin(Limit limit, double value) {
    return limit.atLeast() ? value / limit.bound() : limit.bound() / value;
  }
}
