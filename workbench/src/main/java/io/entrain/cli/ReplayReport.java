package io.entrain.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrain.recording.Span;
import io.entrain.scoring.Score;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The result of a replay, for people and as JSON.
 *
 * @param name of the recording
 * @param scored what was scored
 * @param scores in the order of the models
 * @param expected panes that were sent, by model
 * @param rejected records on the dead-letter topic
 */
record ReplayReport(
    String name, Span scored, List<Score> scores, Map<String, Long> expected, long rejected) {

  String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, scored from %.1f to %.1f s, newest step%n%-20s %7s %9s %13s %8s %8s%n",
            name,
            scored.startNanos() * 1e-9,
            scored.endNanos() * 1e-9,
            "model",
            "R2",
            "lag rmse",
            "within 50 ms",
            "panes",
            "missing"));
    for (Score score : scores) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-20s %7s %9s %13s %8d %8d%n",
              score.model(),
              number("%.3f", score.r2()),
              number("%.1f ms", score.lagRmseMillis()),
              number("%.1f %%", 100 * score.lagWithin50()),
              score.windows(),
              missing(score)));
    }
    return text.append("rejected: ").append(rejected).toString();
  }

  private long missing(Score score) {
    return expected.get(score.model()) - score.windows();
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }

  void write(Path file) {
    Map<String, Object> models = new LinkedHashMap<>();
    for (Score score : scores) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("r2", orNull(score.r2()));
      figures.put("lag_rmse_millis", orNull(score.lagRmseMillis()));
      figures.put("lag_within_50_millis", orNull(score.lagWithin50()));
      figures.put("windows", score.windows());
      figures.put("scored", score.scored());
      figures.put("missing", missing(score));
      figures.put("missing_share", score.missingShare());
      models.put(score.model(), figures);
    }
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("recording", name);
    summary.put("scored_from_nanos", scored.startNanos());
    summary.put("scored_to_nanos", scored.endNanos());
    summary.put("models", models);
    summary.put("rejected", rejected);
    try {
      new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), summary);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the summary to " + file, e);
    }
  }

  /** JSON has no NaN. */
  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
