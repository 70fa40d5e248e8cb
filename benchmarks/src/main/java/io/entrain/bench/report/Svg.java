package io.entrain.bench.report;

import java.util.Locale;

/** A drawing, element by element. Legible on light and on dark pages. */
final class Svg {
  private final StringBuilder body = new StringBuilder();
  private final double width;
  private final double height;

  Svg(double width, double height) {
    this.width = width;
    this.height = height;
  }

  Svg line(double x1, double y1, double x2, double y2, String style) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            style));
    return this;
  }

  Svg dot(double x, double y, String style) {
    body.append(
        String.format(
            Locale.ROOT,
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" class=\"%s\"/>%n",
            x,
            y,
            style));
    return this;
  }

  /**
   * Text that ends, is centred or starts at x: anchor {@code end}, {@code middle}, {@code start}.
   */
  Svg text(double x, double y, String anchor, String text) {
    String safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            safe));
    return this;
  }

  @Override
  public String toString() {
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$.0f %2$.0f" width="%1$.0f" height="%2$.0f">
    <style>
    text { font: 12px system-ui, sans-serif; fill: #57606a; }
    .grid { stroke: #8b949e; stroke-opacity: .25; }
    .range { stroke: #0969da; stroke-width: 2; }
    .reached { fill: #0969da; }
    .missed { fill: #d1242f; }
    .even { stroke: #8b949e; stroke-width: 1.5; }
    .limit { stroke: #bf8700; stroke-width: 2; stroke-dasharray: 4 3; }
    .fit { stroke: #8b949e; stroke-dasharray: 2 3; }
    @media (prefers-color-scheme: dark) {
      text { fill: #9198a1; } .range { stroke: #4493f8; } .reached { fill: #4493f8; } .missed { fill: #f85149; }
    }
    </style>
    %3$s</svg>
    """
        .formatted(width, height, body);
  }
}
