package io.entrain.bench.report;

import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * The ratios of rows, one below the other on a logarithmic axis: a dot for the median, a line for
 * the range of the rounds, a dashed mark for the limit. Rows without a ratio are left out.
 */
public final class RatioPlot {
  private static final int LABELS = 330;
  private static final int WIDTH = 860;
  private static final int LINE = 24;

  private RatioPlot() {}

  /** The drawing, or an empty text where no row has a ratio. */
  public static String of(List<Row> all) {
    List<Row> rows = all.stream().filter(row -> row.ratio() != null).toList();
    if (rows.isEmpty()) {
      return "";
    }
    LogAxis axis = LogAxis.over(values(rows), LABELS, WIDTH - 20.0);
    double bottom = LINE * (rows.size() + 1.0);
    Svg svg = new Svg(WIDTH, bottom + 40);
    for (double tick : axis.ticks()) {
      svg.line(axis.at(tick), 12, axis.at(tick), bottom, tick == 1 ? "even" : "grid");
      svg.text(axis.at(tick), bottom + 16, "middle", Figure.tick(tick));
    }
    for (int i = 0; i < rows.size(); i++) {
      draw(svg, axis, rows.get(i), LINE * (i + 1.0));
    }
    return svg.text(WIDTH - 20.0, bottom + 34, "end", "ours over the other; dashed: asked")
        .toString();
  }

  private static List<Double> values(List<Row> rows) {
    List<Double> values = new ArrayList<>(List.of(1.0));
    for (Row row : rows) {
      values.add(row.ratio().min());
      values.add(row.ratio().max());
      if (isOfRatio(row)) {
        values.add(row.limit().bound());
      }
    }
    return values;
  }

  private static boolean isOfRatio(Row row) {
    return row.limit() != null && row.limit().of() == Limit.Figure.RATIO;
  }

  private static void draw(Svg svg, LogAxis axis, Row row, double y) {
    Spread ratio = row.ratio();
    svg.text(LABELS - 12.0, y + 4, "end", row.name());
    svg.line(axis.at(ratio.min()), y, axis.at(ratio.max()), y, "range");
    if (isOfRatio(row)) {
      double x = axis.at(row.limit().bound());
      svg.line(x, y - 9, x, y + 9, "limit");
    }
    boolean missed = isOfRatio(row) && !row.reached();
    svg.dot(axis.at(ratio.median()), y, missed ? "missed" : "reached");
  }
}
