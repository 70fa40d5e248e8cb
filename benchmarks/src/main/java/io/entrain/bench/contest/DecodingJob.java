package io.entrain.bench.contest;

import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Engine.Graph;
import io.entrain.inference.BatchShape;
import io.entrain.job.JobConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The production job as the benchmarks set it. */
final class DecodingJob {
  /** Fast enough that several checkpoints fall into a run of a second. */
  static final long CHECKPOINT_MILLIS = 200;

  private DecodingJob() {}

  /** Between ends in memory, checkpoints on, decoded records alone. */
  static Graph inMemory(Path model, int batch, BatchShape shape) {
    JobConfig config =
        JobConfig.of(
            Map.of(
                "models", model.toString(),
                "provider", "cpu",
                "alignment", "false",
                "batch-windows", Integer.toString(batch),
                "batch-shape", shape.name().toLowerCase(Locale.ROOT),
                "checkpoint-interval-millis", Long.toString(CHECKPOINT_MILLIS)));
    return Engine.decoding(config);
  }

  /** On Kafka, with the settings given on top of the defaults. */
  static JobConfig onKafka(String bootstrap, String prefix, Path model, Map<String, String> more) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("bootstrap", bootstrap);
    settings.put("topic-prefix", prefix);
    settings.put("models", model.toString());
    settings.put("provider", "cpu");
    settings.put("start-from", "earliest");
    settings.put("group", "bench-" + System.nanoTime());
    settings.put("kafka.commit.offsets.on.checkpoint", "false");
    settings.putAll(more);
    return JobConfig.of(settings);
  }
}
