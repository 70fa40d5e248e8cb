package io.entrain.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The figures of a report as CSV: every point of every sweep, and every session by itself. */
final class Tables {
  private static final List<String> TRIPLES =
      List.of("r2/newest", "r2/delayed", "lag_rmse_millis", "headroom");
  private static final List<String> SINGLES =
      List.of(
          "covers_90/newest",
          "covers_90/delayed",
          "lag_within_30",
          "lag_within_50",
          "lag_covers_90",
          "headroom_positive");

  private Tables() {}

  /** One row for each sweep, panel, value and model. */
  static void points(JsonNode report, Path file) throws IOException {
    try (CsvWriter csv = CsvWriter.builder().build(file)) {
      List<String> header =
          new ArrayList<>(List.of("sweep", "by", "over", "value", "model", "sessions"));
      for (String figure : TRIPLES) {
        String name = figure.replace('/', '_');
        header.addAll(List.of(name, name + "_low", name + "_high"));
      }
      SINGLES.forEach(figure -> header.add(figure.replace('/', '_')));
      csv.writeRecord(header);
      for (JsonNode sweep : report.path("sweeps")) {
        for (JsonNode panel : sweep.path("panels")) {
          for (JsonNode point : panel.path("points")) {
            List<String> row = new ArrayList<>();
            row.add(sweep.path("name").asText());
            row.add(text(panel.path("by")));
            row.add(sweep.path("over").asText());
            row.add(text(point.path("value")));
            row.add(point.path("model").asText());
            row.add(text(point.path("sessions")));
            for (String figure : TRIPLES) {
              for (int i = 0; i < 3; i++) {
                row.add(text(point.at("/" + figure).path(i)));
              }
            }
            SINGLES.forEach(figure -> row.add(text(point.at("/" + figure))));
            csv.writeRecord(row);
          }
        }
      }
    }
  }

  private static String text(JsonNode node) {
    return node.isNull() || node.isMissingNode() ? "" : node.asText();
  }

  /** One row for each session and model, as {@code ./entrain evaluate} scores one session. */
  static void sessions(List<ModelScore> scores, Path file) throws IOException {
    try (CsvWriter csv = CsvWriter.builder().build(file)) {
      csv.writeRecord(
          "session",
          "model",
          "sha256",
          "windows",
          "missing",
          "r2_newest",
          "r2_delayed",
          "lag_rmse_millis");
      for (ModelScore score : scores) {
        csv.writeRecord(
            score.cell(),
            score.model(),
            score.sha256(),
            Long.toString(score.windows()),
            Long.toString(score.missing()),
            r2(score, 0),
            r2(score, 1),
            score.lag() == null || score.lag().rows().isEmpty()
                ? ""
                : number(Math.sqrt(LagSums.meanSquare().applyAsDouble(total(score.lag())))));
      }
    }
  }

  private static String r2(ModelScore score, int output) {
    return score.outputs().size() <= output || score.outputs().get(output).rows().isEmpty()
        ? ""
        : number(
            OutputSums.r2(score.components()).applyAsDouble(total(score.outputs().get(output))));
  }

  private static double[] total(Sums sums) {
    double[][] blocks = sums.columns();
    double[] total = new double[blocks[0].length];
    for (double[] block : blocks) {
      for (int i = 0; i < total.length; i++) {
        total[i] += block[i];
      }
    }
    return total;
  }

  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(Math.rint(value * 1e6) / 1e6) : "";
  }
}
