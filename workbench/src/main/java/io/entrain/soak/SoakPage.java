package io.entrain.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as one page that loads nothing: each measure over event time as SVG, and a table. */
final class SoakPage {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 110;
  private static final double HOUR_MILLIS = 3.6e6;
  private static final double MIB = 1 << 20;

  private final StringBuilder html = new StringBuilder();
  private final JsonNode report;

  private SoakPage(JsonNode report) {
    this.report = report;
  }

  static String of(JsonNode report) throws IOException {
    SoakPage page = new SoakPage(report);
    page.head();
    page.plot("Heap in use after a collection, MiB", "heap_bytes", MIB);
    page.plot("Memory of the process beside its heap, MiB", "native_bytes", MIB);
    page.plot("Of that classes and compiled code, MiB", "code_bytes", MIB);
    page.plot("Threads", "threads", 1);
    page.plot("Savepoint, KiB", "state_bytes", 1024);
    page.plot("Sessions with state", "state_sessions", 1);
    page.plot("Dead letters", "letters", 1);
    return resource().replace("<!-- report -->", page.html);
  }

  private static String resource() throws IOException {
    try (InputStream input = SoakPage.class.getResourceAsStream("report.html")) {
      if (input == null) {
        throw new IllegalStateException("the class path lacks the page of a long run's report");
      }
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void head() {
    add(
        "<h2>%s h of event time, seed %s: %s</h2>",
        report.path("hours"),
        report.path("seed"),
        report.path("passed").asBoolean() ? "passed" : "failed");
    report
        .path("problems")
        .forEach(problem -> add("<p class=bad>%s</p>", escape(problem.asText())));
    add("<p>%s, %.0f s of wall time.</p>", escape(report.path("model").asText()), seconds());
    add("<table>");
    report
        .path("account")
        .properties()
        .forEach(
            entry -> add("<tr><th>%s<td>%s</tr>", entry.getKey(), escape(entry.getValue() + "")));
    for (String name : List.of("heap_growth", "native_growth", "thread_growth")) {
      add("<tr><th>%s<td>%s</tr>", name, report.path(name));
    }
    add("</table>");
  }

  private double seconds() {
    return report.path("seconds").asDouble();
  }

  /** A line over event time, from zero to the largest value. */
  private void plot(String title, String name, double unit) {
    double most = 1e-9;
    double hours = 1e-9;
    for (JsonNode sample : report.path("samples")) {
      most = Math.max(most, sample.path(name).asDouble() / unit);
      hours = Math.max(hours, sample.path("event_millis").asDouble() / HOUR_MILLIS);
    }
    List<String> points = new ArrayList<>();
    for (JsonNode sample : report.path("samples")) {
      points.add(
          String.format(
              Locale.ROOT,
              "%.1f,%.1f",
              sample.path("event_millis").asDouble() / HOUR_MILLIS / hours * WIDTH,
              HEIGHT * (1 - sample.path(name).asDouble() / unit / most)));
    }
    add("<h3>%s</h3>", title);
    add("<svg viewBox='0 -12 %d %d' role=img><title>%s</title>", WIDTH, HEIGHT + 28, title);
    add("<polyline points='%s'/>", String.join(" ", points));
    add("<text x='0' y='-2'>%.4g</text><text x='0' y='%d'>0 h</text>", most, HEIGHT + 13);
    add("<text x='%d' y='%d' text-anchor='end'>%.4g h</text></svg>", WIDTH, HEIGHT + 13, hours);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }

  private void add(String format, Object... values) {
    html.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
