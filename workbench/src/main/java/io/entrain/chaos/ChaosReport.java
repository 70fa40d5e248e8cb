package io.entrain.chaos;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The report of a set of runs: {@code report.json}, and {@code report.html} made from it. */
public final class ChaosReport {
  /** Anomalies that are named one by one; all are counted. */
  private static final int NAMED = 50;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ChaosReport() {}

  /** Writes both files; the page's. */
  public static Path write(ChaosPlan plan, List<ChaosResult> results, Path folder) {
    ObjectNode report = json(plan, results);
    Path page = folder.resolve("report.html");
    try {
      Files.createDirectories(folder);
      JSON.writeValue(folder.resolve("report.json").toFile(), report);
      Files.writeString(page, ChaosPage.of(report));
      return page;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the report to " + folder, e);
    }
  }

  static ObjectNode json(ChaosPlan plan, List<ChaosResult> results) {
    ObjectNode report = JSON.createObjectNode();
    report.put("delivery", plan.delivery().name());
    report.put("seconds", plan.seconds());
    report.put("sessions", plan.sessions());
    report.put("parallelism", plan.width().parallelism());
    report.put("partitions", plan.width().partitions());
    ObjectNode job = report.putObject("job");
    new TreeMap<>(plan.job()).forEach(job::put);
    report.put("passed", results.stream().filter(ChaosResult::passed).count());
    ObjectNode medians = report.putObject("median_output_gap_millis");
    medians(results).forEach(medians::put);
    ArrayNode runs = report.putArray("runs");
    results.forEach(result -> run(runs.addObject(), result));
    return report;
  }

  /** Median of the output gaps of each kind of fault. */
  static Map<String, Long> medians(List<ChaosResult> results) {
    Map<String, Long> medians = new TreeMap<>();
    for (FaultKind kind : FaultKind.values()) {
      long[] gaps =
          results.stream()
              .flatMap(result -> result.aftermath().stream())
              .filter(after -> after.fault().kind() == kind)
              .mapToLong(Aftermath::gapMillis)
              .sorted()
              .toArray();
      if (gaps.length > 0) {
        medians.put(kind.word(), (gaps[(gaps.length - 1) / 2] + gaps[gaps.length / 2]) / 2);
      }
    }
    return medians;
  }

  private static void run(ObjectNode run, ChaosResult result) {
    run.put("seed", result.schedule().seed());
    run.put("passed", result.passed());
    run.put("seconds", result.seconds());
    run.put("blocks_sent", result.blocksSent());
    run.put("blocks_kept", result.blocksKept());
    run.put("restarts", result.restarts());
    ArrayNode faults = run.putArray("faults");
    result
        .aftermath()
        .forEach(
            after ->
                faults
                    .addObject()
                    .put("kind", after.fault().kind().word())
                    .put("at_millis", after.fault().atMillis())
                    .put("length_millis", after.fault().lengthMillis())
                    .put("gap_millis", after.gapMillis())
                    .put("recovered_millis", after.recoveredMillis()));
    ArrayNode moments = run.putArray("moments");
    result
        .moments()
        .forEach(
            moment ->
                moments.addObject().put("millis", moment.millis()).put("text", moment.text()));
    ObjectNode verdict = run.putObject("verdict");
    verdict.put("compared", result.verdict().compared());
    verdict.put("repeats", result.verdict().repeats());
    result.verdict().counts().forEach((kind, count) -> verdict.put(kind.word(), count));
    run.putObject("deduplicated")
        .put("records", result.deduplicated().records())
        .put("dropped", result.deduplicated().dropped())
        .put("different", result.deduplicated().different())
        .put("same", result.deduplicated().same());
    run.putObject("takeovers")
        .put("announced", result.takeovers().announced())
        .put("least", result.takeovers().least())
        .put("most", result.takeovers().most())
        .put("as_announced", result.takeovers().clean());
    ArrayNode anomalies = run.putArray("anomalies");
    result.verdict().anomalies().stream()
        .limit(NAMED)
        .forEach(
            found ->
                anomalies
                    .addObject()
                    .put("kind", found.kind().word())
                    .put("detail", found.detail()));
    ArrayNode tenths = run.putArray("decoded_per_tenth");
    for (int count : result.decodedPerTenth()) {
      tenths.add(count);
    }
  }
}
