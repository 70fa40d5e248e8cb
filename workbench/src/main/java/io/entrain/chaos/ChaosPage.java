package io.entrain.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A report as one page that loads nothing: a timeline of each run as SVG, and its tables. */
final class ChaosPage {
  private final StringBuilder html = new StringBuilder();

  private ChaosPage() {}

  static String of(JsonNode report) throws IOException {
    ChaosPage page = new ChaosPage();
    page.head(report);
    report.path("runs").forEach(page::run);
    return resource().replace("<!-- report -->", page.html);
  }

  private static String resource() throws IOException {
    try (InputStream input = ChaosPage.class.getResourceAsStream("report.html")) {
      if (input == null) {
        throw new IllegalStateException("the class path lacks the page of a chaos report");
      }
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void head(JsonNode report) {
    add(
        "<p>%s of %s runs passed. Delivery %s, parallelism %s, %s partitions; %s sessions of %s s each beside those that outlast them.</p>",
        report.path("passed"),
        report.path("runs").size(),
        text(report.path("delivery")).toLowerCase(Locale.ROOT).replace('_', '-'),
        report.path("parallelism"),
        report.path("partitions"),
        report.path("sessions"),
        report.path("seconds"));
    add("<table><tr><th>fault<th>median output gap, ms</tr>");
    report
        .path("median_output_gap_millis")
        .properties()
        .forEach(gap -> add("<tr><td>%s<td>%s</tr>", escape(gap.getKey()), gap.getValue()));
    add("</table>");
  }

  private void run(JsonNode run) {
    add(
        "<h2>Seed %s: %s</h2>",
        run.path("seed"), run.path("passed").asBoolean() ? "passed" : "failed");
    add("<p>");
    run.path("verdict")
        .properties()
        .forEach(count -> add("%s <b>%s</b>; ", escape(count.getKey()), count.getValue()));
    add(
        "blocks sent <b>%s</b>, kept <b>%s</b>; restarts <b>%s</b>; repeats that a consumer dropped <b>%s</b>; models announced <b>%s</b>, changes of a session <b>%s</b> to <b>%s</b></p>",
        run.path("blocks_sent"),
        run.path("blocks_kept"),
        run.path("restarts"),
        run.path("deduplicated").path("dropped"),
        run.path("takeovers").path("announced"),
        run.path("takeovers").path("least"),
        run.path("takeovers").path("most"));
    html.append(Timeline.of(run));
    add("<table><tr><th>fault<th>at, s<th>length, s<th>output gap, ms<th>recovered after, ms</tr>");
    run.path("faults")
        .forEach(
            fault ->
                add(
                    "<tr><td>%s<td>%s<td>%s<td>%s<td>%s</tr>",
                    escape(text(fault.path("kind"))),
                    seconds(fault.path("at_millis")),
                    seconds(fault.path("length_millis")),
                    fault.path("gap_millis"),
                    fault.path("recovered_millis").asLong() < 0
                        ? "not before the next"
                        : text(fault.path("recovered_millis"))));
    add("</table><details><summary>What was done</summary><table>");
    run.path("moments")
        .forEach(
            moment ->
                add(
                    "<tr><td>%s s<td>%s</tr>",
                    seconds(moment.path("millis")), escape(text(moment.path("text")))));
    add("</table></details>");
    run.path("anomalies")
        .forEach(
            found ->
                add(
                    "<p class=bad>%s: %s</p>",
                    escape(text(found.path("kind"))), escape(text(found.path("detail")))));
  }

  private static String seconds(JsonNode millis) {
    return String.format(Locale.ROOT, "%.2f", millis.asDouble() * 1e-3);
  }

  private static String text(JsonNode node) {
    return node.asText();
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }

  private void add(String format, Object... values) {
    html.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
