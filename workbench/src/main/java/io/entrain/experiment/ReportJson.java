package io.entrain.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.experiment.Plan.Sweep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The report as JSON: what the page shows, and what other programs read. */
final class ReportJson {
  /** Grows when a reader of an older report would misread a newer one. */
  static final int FORMAT = 1;

  static final ObjectMapper MAPPER =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  /** Figures are written to so many digits: far below what an interval resolves. */
  private static final double DIGITS = 1e6;

  private final Plan plan;
  private final Findings findings;
  private final List<Seen> models;

  /**
   * A model as it is shown.
   *
   * @param id label
   * @param sha256 of its file
   * @param file its path
   * @param note the model's own words: what it was trained on
   * @param aligns whether it finds a lag
   */
  record Seen(String id, String sha256, String file, String note, boolean aligns) {
    boolean oracle() {
      return id.endsWith(Errand.CLOCKS_AGREE);
    }
  }

  ReportJson(Plan plan, Findings findings, List<Seen> models) {
    this.plan = plan;
    this.findings = findings;
    this.models = List.copyOf(models);
  }

  /** A report of an experiment that could not be run here. */
  static ObjectNode skipped(Plan plan, String reason) {
    ObjectNode report = head(plan);
    report.put("answer", "");
    report.put("skipped", reason);
    return report;
  }

  private static ObjectNode head(Plan plan) {
    ObjectNode report = MAPPER.createObjectNode();
    report.put("format", FORMAT);
    report.put("name", plan.name());
    report.put("title", plan.title());
    report.put("question", plan.question());
    plan.limits().forEach(report.putArray("limits")::add);
    ArrayNode published = report.putArray("published");
    plan.published().forEach(figure -> published.add(MAPPER.valueToTree(figure)));
    plan.seeds().forEach(report.putArray("seeds")::add);
    report.put("plan", plan.yaml());
    return report;
  }

  ObjectNode write(List<LagMap> maps, ObjectNode forecast, ObjectNode run) {
    ObjectNode report = head(plan);
    report.put("answer", Answer.of(plan, findings));
    report.putNull("skipped");
    ArrayNode shown = report.putArray("models");
    models.forEach(
        model ->
            shown
                .addObject()
                .put("id", model.id())
                .put("note", model.note())
                .put("sha256", model.sha256())
                .put("file", model.file())
                .put("aligns", model.aligns())
                .put("oracle", model.oracle()));
    ArrayNode sweeps = report.putArray("sweeps");
    plan.sweeps().forEach(sweep -> sweeps.add(sweep(sweep)));
    report.set("calibration", calibration());
    report.set("cost", cost());
    report.set("maps", MAPPER.valueToTree(maps));
    report.set("forecast", forecast);
    report.set("run", run);
    return report;
  }

  private ObjectNode sweep(Sweep sweep) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("name", sweep.name()).put("title", sweep.title()).put("over", sweep.over().key());
    node.put("label", sweep.over().label()).put("unit", sweep.over().unit());
    node.set("values", MAPPER.valueToTree(sweep.values()));
    if (sweep.by() == null) {
      node.putNull("by");
    } else {
      node.putObject("by")
          .put("key", sweep.by().key())
          .put("label", sweep.by().label())
          .put("unit", sweep.by().unit());
    }
    ArrayNode panels = node.putArray("panels");
    for (Object by : sweep.byValues()) {
      ObjectNode panel = panels.addObject();
      panel.set("by", MAPPER.valueToTree(by));
      ArrayNode points = panel.putArray("points");
      for (Object value : sweep.values()) {
        for (Seen model : models) {
          List<ModelScore> found = findings.at(sweep, by, value, model.id());
          if (!found.isEmpty()) {
            points.add(point(value, model, found));
          }
        }
      }
    }
    return node;
  }

  private ObjectNode point(Object value, Seen model, List<ModelScore> found) {
    ModelScore first = found.get(0);
    boolean delayed = first.outputs().size() > 1;
    ObjectNode point = MAPPER.createObjectNode();
    point.set("value", MAPPER.valueToTree(value));
    ArrayNode cells = point.putArray("cells");
    point.put("model", model.id()).put("sessions", found.size());
    found.forEach(score -> cells.add(score.cell()));
    ObjectNode r2 = point.putObject("r2");
    set(r2, "newest", findings.r2(found, 0));
    set(r2, "delayed", delayed ? findings.r2(found, 1) : null);
    point.put("delay_millis", delayed ? first.delaysMillis().get(1) : null);
    ObjectNode covers = point.putObject("covers_90");
    covers.put("newest", covers(found, 0, Coverage.OF_90));
    covers.put("delayed", delayed ? covers(found, 1, Coverage.OF_90) : null);
    Estimate square = lag(found, LagSums.meanSquare());
    set(point, "lag_rmse_millis", square == null || model.oracle() ? null : square.root());
    put(point, "lag_within_30", model, lag(found, LagSums.within30()));
    put(point, "lag_within_50", model, lag(found, LagSums.within50()));
    put(point, "lag_covers_90", model, lag(found, LagSums.covers(Coverage.OF_90)));
    set(point, "headroom", model.oracle() ? null : lag(found, LagSums.headroom()));
    put(point, "headroom_positive", model, lag(found, LagSums.headroomPositive()));
    return point;
  }

  private Estimate lag(List<ModelScore> found, ToDoubleFunction<double[]> figure) {
    return findings.estimate(found, ModelScore::lag, figure);
  }

  private Double covers(List<ModelScore> found, int output, int level) {
    Estimate estimate =
        findings.estimate(
            found,
            score -> score.outputs().size() > output ? score.outputs().get(output) : null,
            OutputSums.covers(found.get(0).components(), level));
    return estimate == null ? null : rounded(estimate.value());
  }

  private static void set(ObjectNode node, String key, Estimate estimate) {
    if (estimate == null) {
      node.putNull(key);
      return;
    }
    ArrayNode triple = node.putArray(key);
    estimate.triple().forEach(value -> triple.add(rounded(value)));
  }

  private static void put(ObjectNode node, String key, Seen model, Estimate estimate) {
    node.put(key, estimate == null || model.oracle() ? null : rounded(estimate.value()));
  }

  private static Double rounded(double value) {
    return Double.isFinite(value) ? (Double) (Math.rint(value * DIGITS) / DIGITS) : null;
  }

  private List<ModelScore> of(Seen model) {
    return findings.scores().stream().filter(score -> score.model().equals(model.id())).toList();
  }

  /** Over every session of the experiment. */
  private ObjectNode calibration() {
    ObjectNode calibration = MAPPER.createObjectNode();
    calibration.set("levels", MAPPER.valueToTree(Coverage.LEVELS));
    ArrayNode rows = calibration.putArray("rows");
    for (Seen model : models) {
      List<ModelScore> found = of(model);
      if (found.isEmpty() || model.oracle()) {
        continue;
      }
      List<Double> decoded = new ArrayList<>();
      List<Double> lag = new ArrayList<>();
      for (int level = 0; level < Coverage.COLUMNS; level++) {
        decoded.add(covers(found, 0, level));
        Estimate estimate = lag(found, LagSums.covers(level));
        lag.add(estimate == null ? null : rounded(estimate.value()));
      }
      for (Map.Entry<String, List<Double>> row :
          List.of(Map.entry("decoded", decoded), Map.entry("lag", lag))) {
        if (!row.getValue().contains(null)) {
          rows.addObject()
              .put("model", model.id())
              .put("what", row.getKey())
              .set("covers", MAPPER.valueToTree(row.getValue()));
        }
      }
    }
    return calibration;
  }

  /** The median over sessions of each session's percentiles. */
  private ArrayNode cost() {
    ArrayNode cost = MAPPER.createArrayNode();
    for (Seen model : models) {
      List<ModelScore> found =
          of(model).stream().filter(score -> !score.microsPerWindow().isEmpty()).toList();
      if (!found.isEmpty() && !model.oracle()) {
        ObjectNode row = cost.addObject().put("model", model.id());
        row.putObject("micros_per_window")
            .put("p10", median(found, 0))
            .put("median", median(found, 1))
            .put("p90", median(found, 2));
        row.put("windows", found.stream().mapToLong(ModelScore::windows).sum());
      }
    }
    return cost;
  }

  private static double median(List<ModelScore> found, int percentile) {
    double[] sorted =
        found.stream()
            .mapToDouble(score -> score.microsPerWindow().get(percentile))
            .sorted()
            .toArray();
    return sorted[sorted.length / 2];
  }
}
