package io.entrain.experiment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The report of an experiment as one HTML file: style, scripts, the drawing library and the figures
 * are all inside of it. It opens from a disk, loads nothing, and forbids itself to.
 */
public final class HtmlReport {
  private static final String OWN = "/io/entrain/experiment/";
  private static final String D3 = "/META-INF/resources/webjars/d3/7.9.0/dist/d3.min.js";

  /** In this order: later ones use what earlier ones define. */
  private static final List<String> SHARED =
      List.of("theme.js", "say.js", "models.js", "frame.js", "lines.js", "dots.js", "tables.js");

  private static final List<String> REPORT =
      List.of("figures.js", "document.js", "sweeps.js", "heat.js", "cost.js", "page.js");

  private static final List<String> COMPARISON =
      List.of("figures.js", "document.js", "comparison.js");

  private static final Pattern PLACE = Pattern.compile("<!-- (style|report|scripts) -->");

  private HtmlReport() {}

  /** Writes the report of one experiment. */
  public static void write(byte[] json, Path file) throws IOException {
    Files.writeString(file, page(json, REPORT));
  }

  /** Writes the comparison of two experiments. */
  public static void writeComparison(byte[] json, Path file) throws IOException {
    Files.writeString(file, page(json, COMPARISON));
  }

  private static String page(byte[] json, List<String> scripts) throws IOException {
    StringBuilder module = new StringBuilder();
    for (String name : SHARED) {
      module.append(resource(OWN + name)).append('\n');
    }
    for (String name : scripts) {
      module.append(resource(OWN + name)).append('\n');
    }
    // In valid JSON a < stands inside of strings alone; escaped, no text of it can end the script.
    Map<String, String> parts =
        Map.of(
            "style", resource(OWN + "report.css"),
            "report", new String(json, UTF_8).replace("<", "\\u003c"),
            "scripts", script("", resource(D3)) + script(" type=\"module\"", module.toString()));
    return PLACE
        .matcher(resource(OWN + "report.html"))
        .replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
  }

  private static String script(String attributes, String content) {
    return "<script" + attributes + ">" + content + "</script>\n";
  }

  private static String resource(String name) throws IOException {
    try (InputStream input = HtmlReport.class.getResourceAsStream(name)) {
      if (input == null) {
        throw new IllegalStateException("the class path lacks " + name);
      }
      return new String(input.readAllBytes(), UTF_8);
    }
  }
}
