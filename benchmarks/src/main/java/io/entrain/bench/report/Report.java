package io.entrain.bench.report;

import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run as files: {@code results.json}, {@code results.md}, {@code limits.svg} of all that is held
 * against a limit, one {@code NAME.svg} for each benchmark with ratios, {@code NAME-growth.svg} for
 * each with sizes, and {@code report.html} with all of them.
 *
 * @param conditions how it was run and on what, one fact a line
 */
public record Report(Results results, List<String> conditions) {
  /** Writes them into {@code folder}. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    RowsJson.write(results.rows(), folder.resolve("results.json"));
    Files.writeString(folder.resolve("results.md"), markdown());
    for (Map.Entry<String, String> plot : plots().entrySet()) {
      Files.writeString(folder.resolve(plot.getKey() + ".svg"), plot.getValue());
    }
    Files.writeString(folder.resolve("report.html"), page());
  }

  /** Conditions, then the table. */
  public String markdown() {
    String facts =
        conditions.stream().map(fact -> "- " + fact + "\n").collect(Collectors.joining());
    return facts + "\n" + MarkdownTable.of(results.rows(), results.skips());
  }

  private Map<String, String> plots() {
    Map<String, List<Row>> byBenchmark =
        results.rows().stream()
            .collect(
                Collectors.groupingBy(Row::benchmark, LinkedHashMap::new, Collectors.toList()));
    Map<String, String> plots = new LinkedHashMap<>();
    plots.put("limits", LimitPlot.of(results.rows()));
    byBenchmark.forEach(
        (name, rows) -> {
          plots.put(name, RatioPlot.of(rows));
          plots.put(name + "-growth", GrowthPlot.of(rows));
        });
    plots.values().removeIf(String::isEmpty);
    return plots;
  }

  private String page() {
    StringBuilder body = new StringBuilder();
    plots().forEach((name, svg) -> body.append("<h2>" + name + "</h2>\n" + svg));
    return """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><title>Entrain benchmarks</title>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <style>:root { color-scheme: light dark; } body { font: 15px system-ui, sans-serif; max-width: 900px;
    margin: 2rem auto; padding: 0 1rem; } svg { max-width: 100%%; height: auto; } pre { overflow-x: auto; }</style>
    </head><body><h1>Entrain benchmarks</h1>
    %s<h2>Table</h2><pre>%s</pre></body></html>
    """
        .formatted(body, escaped(markdown()));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
