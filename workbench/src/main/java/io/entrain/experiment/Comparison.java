package io.entrain.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two reports side by side: what differs in their plans, models and versions, and by how much the
 * figures that both have differ. Where both decoded the very same sessions the difference is paired
 * (the same sessions and blocks of time are drawn for both); else its interval is that of two
 * independent figures.
 */
public final class Comparison {
  private final Side a;
  private final Side b;

  private Comparison(Side a, Side b) {
    this.a = a;
    this.b = b;
  }

  /** A report and the scores that it was made from. */
  private record Side(Path folder, JsonNode report, Map<String, ModelScore> scores) {
    static Side read(Path folder) {
      Path report = folder.resolve("report.json");
      try {
        JsonNode json = ReportJson.MAPPER.readTree(Files.readAllBytes(report));
        if (json.path("format").asInt() != ReportJson.FORMAT) {
          throw new PlanException(
              "%s has format %s, must be %d: it was written by another version"
                  .formatted(report, json.path("format"), ReportJson.FORMAT));
        }
        Map<String, ModelScore> scores = new LinkedHashMap<>();
        for (ModelScore score :
            ReportJson.MAPPER.readValue(
                folder.resolve("scores.json").toFile(), ModelScore[].class)) {
          scores.put(score.cell() + "\n" + score.model(), score);
        }
        return new Side(folder, json, scores);
      } catch (IOException e) {
        throw new PlanException(
            folder
                + " holds no report.json and scores.json of ./entrain experiment ("
                + e.getMessage()
                + ")");
      }
    }

    ObjectNode head() {
      ObjectNode head = ReportJson.MAPPER.createObjectNode();
      head.put("name", report.path("name").asText());
      head.put("folder", folder.toString());
      head.put("started", report.at("/run/started").asText());
      return head;
    }

    /** Every point by what it is of. */
    Map<String, JsonNode> points() {
      Map<String, JsonNode> points = new LinkedHashMap<>();
      for (JsonNode sweep : report.path("sweeps")) {
        for (JsonNode panel : sweep.path("panels")) {
          for (JsonNode point : panel.path("points")) {
            ObjectNode with = point.deepCopy();
            with.set("sweep", sweep.path("name"));
            with.set("over", sweep.path("over"));
            with.set("label", sweep.path("label"));
            with.set("unit", sweep.path("unit"));
            with.set("by", panel.path("by"));
            points.put(
                "%s, %s%s = %s, %s"
                    .formatted(
                        sweep.path("name").asText(),
                        panel.path("by").isNull() ? "" : panel.path("by").asText() + ", ",
                        sweep.path("over").asText(),
                        point.path("value").asText(),
                        point.path("model").asText()),
                with);
          }
        }
      }
      return points;
    }
  }

  /**
   * Compares the reports in two folders and writes {@code comparison.json} and {@code
   * comparison.html} to a third; the page.
   *
   * @throws PlanException where a folder holds no report
   */
  public static Path write(Path a, Path b, Path out) {
    ObjectNode json = new Comparison(Side.read(a), Side.read(b)).json();
    try {
      Files.createDirectories(out);
      byte[] bytes = ReportJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
      Files.write(out.resolve("comparison.json"), bytes);
      Path page = out.resolve("comparison.html");
      HtmlReport.writeComparison(bytes, page);
      return page;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the comparison to " + out, e);
    }
  }

  private ObjectNode json() {
    ObjectNode json = ReportJson.MAPPER.createObjectNode();
    json.put("format", ReportJson.FORMAT).put("comparison", true);
    String first = a.report.path("title").asText();
    String second = b.report.path("title").asText();
    json.put("title", first.equals(second) ? first : first + " against " + second);
    json.set("a", a.head());
    json.set("b", b.head());
    json.set("differs", differs());
    ArrayNode rows = json.putArray("rows");
    ArrayNode onlyA = json.putArray("only_a");
    ArrayNode onlyB = json.putArray("only_b");
    Map<String, JsonNode> ours = a.points();
    Map<String, JsonNode> theirs = b.points();
    ours.forEach(
        (key, point) -> {
          if (theirs.containsKey(key)) {
            add(rows, point, theirs.get(key));
          } else {
            onlyA.add(key);
          }
        });
    theirs.keySet().stream().filter(key -> !ours.containsKey(key)).forEach(onlyB::add);
    return json;
  }

  private void add(ArrayNode rows, JsonNode one, JsonNode two) {
    add(rows, "r2 newest", one, two, "/r2/newest");
    add(rows, "r2 delayed", one, two, "/r2/delayed");
    add(rows, "lag rmse millis", one, two, "/lag_rmse_millis");
  }

  private void add(ArrayNode rows, String figure, JsonNode one, JsonNode two, String at) {
    JsonNode left = one.at(at);
    JsonNode right = two.at(at);
    if (!left.isArray() || !right.isArray()) {
      return;
    }
    Estimate paired = paired(one, at);
    ObjectNode row = rows.addObject();
    for (String key : List.of("sweep", "over", "label", "unit", "by", "value", "model")) {
      row.set(key, one.path(key));
    }
    row.put("figure", figure);
    row.set("a", left);
    row.set("b", right);
    row.set(
        "difference",
        ReportJson.MAPPER.valueToTree(paired == null ? independent(left, right) : paired.triple()));
    row.put("paired", paired != null);
  }

  /** Null where the two did not decode the same sessions. */
  private Estimate paired(JsonNode point, String at) {
    List<Sums> ours = new ArrayList<>();
    List<Sums> theirs = new ArrayList<>();
    int components = 0;
    for (JsonNode cell : point.path("cells")) {
      String key = cell.asText() + "\n" + point.path("model").asText();
      ModelScore one = a.scores.get(key);
      ModelScore two = b.scores.get(key);
      if (one == null || two == null || !sameBlocks(part(one, at), part(two, at))) {
        return null;
      }
      ours.add(part(one, at));
      theirs.add(part(two, at));
      components = one.components();
    }
    if (ours.isEmpty()) {
      return null;
    }
    boolean lag = at.equals("/lag_rmse_millis");
    var figure = lag ? LagSums.meanSquare() : OutputSums.r2(components);
    Estimate one = Estimate.of(ours, figure);
    Estimate two = Estimate.of(theirs, figure);
    return lag ? two.root().minus(one.root()) : two.minus(one);
  }

  private static boolean sameBlocks(Sums one, Sums two) {
    return one != null
        && two != null
        && !one.rows().isEmpty()
        && one.rows().stream()
            .map(row -> row.get(0))
            .toList()
            .equals(two.rows().stream().map(row -> row.get(0)).toList());
  }

  private static Sums part(ModelScore score, String at) {
    return switch (at) {
      case "/r2/newest" -> score.outputs().get(0);
      case "/r2/delayed" -> score.outputs().size() > 1 ? score.outputs().get(1) : null;
      default -> score.lag();
    };
  }

  /** Half widths of two independent figures add in squares. */
  private static List<Double> independent(JsonNode one, JsonNode two) {
    double difference = two.get(0).asDouble() - one.get(0).asDouble();
    double below =
        Math.hypot(
            two.get(0).asDouble() - two.get(1).asDouble(),
            one.get(2).asDouble() - one.get(0).asDouble());
    double above =
        Math.hypot(
            two.get(2).asDouble() - two.get(0).asDouble(),
            one.get(0).asDouble() - one.get(1).asDouble());
    return List.of(difference, difference - below, difference + above);
  }

  private ArrayNode differs() {
    Map<String, String> ours = facts(a.report);
    Map<String, String> theirs = facts(b.report);
    ArrayNode differs = ReportJson.MAPPER.createArrayNode();
    Map<String, String> all = new LinkedHashMap<>(ours);
    all.putAll(theirs);
    for (String fact : all.keySet()) {
      String left = ours.getOrDefault(fact, "-");
      String right = theirs.getOrDefault(fact, "-");
      if (!left.equals(right)) {
        differs.addArray().add(fact).add(left).add(right);
      }
    }
    return differs;
  }

  private static Map<String, String> facts(JsonNode report) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("plan", report.path("name").asText());
    facts.put("seeds", report.path("seeds").toString());
    for (JsonNode model : report.path("models")) {
      String sha256 = model.path("sha256").asText();
      facts.put(
          "model " + model.path("id").asText(), sha256.substring(0, Math.min(12, sha256.length())));
    }
    report
        .at("/run/versions")
        .properties()
        .forEach(version -> facts.put(version.getKey(), version.getValue().asText()));
    facts.put("machine", report.at("/run/machine").asText());
    return facts;
  }
}
