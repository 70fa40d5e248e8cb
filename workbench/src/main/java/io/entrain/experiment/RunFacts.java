package io.entrain.experiment;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/** When, how long and on what an experiment ran. */
final class RunFacts {
  private final Instant started;
  private long windows;
  private long rejected;
  private Pace pace = Pace.NONE;

  RunFacts(Instant started) {
    this.started = started;
  }

  void count(long decodedWindows, long rejectedRecords, Pace decoding) {
    windows = decodedWindows;
    rejected = rejectedRecords;
    pace = decoding;
  }

  /** Windows a second of the job, to a tenth; null where this run decoded nothing. */
  Double windowsPerSecond() {
    Double rate = pace.windowsPerSecond();
    return rate == null ? null : (Double) (Math.rint(rate * 10) / 10);
  }

  /** {@code scores}: sessions times models that the report is made from. */
  ObjectNode json(int scores) {
    ObjectNode run = ReportJson.MAPPER.createObjectNode();
    run.put("started", started.truncatedTo(ChronoUnit.SECONDS).toString());
    run.put("seconds", Duration.between(started, Instant.now()).toMillis() / 1000.0);
    run.put("scores", scores).put("windows", windows).put("rejected", rejected);
    run.put("windows_per_second", windowsPerSecond());
    ObjectNode versions = run.putObject("versions");
    versions.put("flink", EnvironmentInformation.getVersion());
    versions.put("kafka", AppInfoParser.getVersion());
    versions.put("onnxruntime", OrtEnvironment.getEnvironment().getVersion());
    versions.put("java", System.getProperty("java.version"));
    run.put(
        "machine",
        "%d cores, %s %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch")));
    return run;
  }
}
