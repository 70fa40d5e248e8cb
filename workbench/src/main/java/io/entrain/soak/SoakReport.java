package io.entrain.soak;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.soak.SessionBook.Balance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/** The report of a run: {@code report.json}, and {@code report.html} made from it. */
public final class SoakReport {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private SoakReport() {}

  /** Writes both files into the plan's folder; the page's. */
  public static Path write(SoakPlan plan, SoakResult result) {
    ObjectNode report = json(plan, result);
    Path page = plan.out().resolve("report.html");
    try {
      Files.createDirectories(plan.out());
      JSON.writeValue(plan.out().resolve("report.json").toFile(), report);
      Files.writeString(page, SoakPage.of(report));
      return page;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the report to " + plan.out(), e);
    }
  }

  static ObjectNode json(SoakPlan plan, SoakResult result) {
    ObjectNode report = JSON.createObjectNode();
    report.put("model", String.valueOf(plan.model().getFileName()));
    report.put("hours", plan.hours());
    report.put("places", plan.places());
    report.put("seed", plan.seed());
    ObjectNode job = report.putObject("job");
    new TreeMap<>(plan.job()).forEach(job::put);
    report.put("seconds", result.seconds());
    report.put("passed", result.passed());
    ArrayNode problems = report.putArray("problems");
    result.problems().forEach(problems::add);
    growth(report, "heap_growth", result.verdict().heapGrowth());
    growth(report, "native_growth", result.verdict().nativeGrowth());
    growth(report, "thread_growth", result.verdict().threadGrowth());
    report.put("blocks_sent", result.blocks());
    report.put("most_disk_bytes", result.mostDiskBytes());
    account(report.putObject("account"), result.totals());
    ArrayNode samples = report.putArray("samples");
    result.samples().forEach(sample -> sample(samples.addObject(), sample));
    return report;
  }

  /** JSON has no NaN: null where the run was too short. */
  private static void growth(ObjectNode report, String name, double value) {
    if (Double.isFinite(value)) {
      report.put(name, value);
    } else {
      report.putNull(name);
    }
  }

  private static void account(ObjectNode account, Ledger.Totals totals) {
    Balance balance = totals.balance();
    account.put("sessions", totals.sessions());
    account.put("blocks", balance.blocks());
    account.put("letters", balance.letters());
    account.put("lost", balance.lost());
    account.put("panes", balance.panes());
    account.put("holes", balance.holes());
    account.put("repeats", balance.repeats());
    account.put("strays", totals.strays());
    ObjectNode reasons = account.putObject("reasons");
    totals.reasons().forEach(reasons::put);
  }

  private static void sample(ObjectNode node, Sample sample) {
    node.put("event_millis", sample.eventMillis());
    node.put("wall_millis", sample.wallMillis());
    node.put("heap_bytes", sample.memory().heapBytes());
    node.put("resident_bytes", sample.memory().residentBytes());
    node.put("native_bytes", sample.memory().nativeBytes());
    node.put("code_bytes", sample.memory().codeBytes());
    node.put("threads", sample.memory().threads());
    node.put("state_bytes", sample.state().bytes());
    node.put("state_entries", sample.state().entries());
    node.put("state_sessions", sample.state().sessions());
    node.put("live_sessions", sample.state().live());
    node.put("overstayed_sessions", sample.state().overstayed());
    node.put("blocks", sample.blocks());
    node.put("panes", sample.panes());
    node.put("letters", sample.letters());
  }
}
