package io.entrain.bench.report;

import io.entrain.bench.measure.Fit;
import io.entrain.bench.measure.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cost against size, both axes logarithmic, with the power law through it: one panel for each group
 * of rows whose names differ in the number at their end, {@code growth/job/channels/16}.
 */
public final class GrowthPlot {
  private static final int WIDTH = 280;
  private static final int HEIGHT = 240;
  private static final int LEFT = 56;

  private record Point(double size, Row row) {}

  private GrowthPlot() {}

  /** The drawing, or an empty text where no group has two rows. */
  public static String of(List<Row> rows) {
    Map<String, List<Point>> groups = new LinkedHashMap<>();
    for (Row row : rows) {
      int slash = row.name().lastIndexOf('/');
      String end = row.name().substring(slash + 1);
      if (end.matches("[0-9]+")) {
        groups
            .computeIfAbsent(row.name().substring(0, slash), name -> new ArrayList<>())
            .add(new Point(Double.parseDouble(end), row));
      }
    }
    groups.values().removeIf(points -> points.size() < 2);
    if (groups.isEmpty()) {
      return "";
    }
    int columns = Math.min(3, groups.size());
    Svg svg = new Svg(columns * WIDTH, (groups.size() + columns - 1) / columns * HEIGHT);
    int panel = 0;
    for (Map.Entry<String, List<Point>> group : groups.entrySet()) {
      draw(
          svg, panel % columns * WIDTH, panel / columns * HEIGHT, group.getKey(), group.getValue());
      panel++;
    }
    return svg.toString();
  }

  private static void draw(Svg svg, int x, int y, String name, List<Point> points) {
    double[] size = points.stream().mapToDouble(Point::size).toArray();
    double[] cost = points.stream().mapToDouble(p -> p.row().ours().value().median()).toArray();
    LogAxis across =
        LogAxis.over(points.stream().map(Point::size).toList(), x + LEFT, x + WIDTH - 16.0);
    List<Double> reach = new ArrayList<>();
    points.forEach(p -> reach.add(p.row().ours().value().min()));
    points.forEach(p -> reach.add(p.row().ours().value().max()));
    LogAxis up = LogAxis.over(reach, y + HEIGHT - 44.0, y + 30.0);
    svg.text(x + LEFT, y + 18, "start", name);
    axes(svg, across, up);
    Fit fit = Fit.of(size, cost);
    double first = size[0];
    double last = size[size.length - 1];
    svg.line(
        across.at(first),
        up.at(fit.factor() * Math.pow(first, fit.exponent())),
        across.at(last),
        up.at(fit.factor() * Math.pow(last, fit.exponent())),
        "fit");
    for (int i = 0; i < size.length; i++) {
      Row row = points.get(i).row();
      double at = across.at(size[i]);
      svg.line(at, up.at(row.ours().value().min()), at, up.at(row.ours().value().max()), "range");
      svg.dot(at, up.at(cost[i]), "reached");
    }
    svg.text(x + WIDTH - 16.0, y + HEIGHT - 10.0, "end", points.get(0).row().unit());
  }

  private static void axes(Svg svg, LogAxis across, LogAxis up) {
    for (double tick : across.ticks()) {
      svg.line(across.at(tick), up.from(), across.at(tick), up.to(), "grid");
      svg.text(across.at(tick), up.from() + 16, "middle", Figure.tick(tick));
    }
    for (double tick : up.ticks()) {
      svg.line(across.from(), up.at(tick), across.to(), up.at(tick), "grid");
      svg.text(across.from() - 6, up.at(tick) + 4, "end", Figure.tick(tick));
    }
  }
}
