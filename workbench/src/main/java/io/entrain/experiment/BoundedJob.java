package io.entrain.experiment;

import io.entrain.contract.ModelContract;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.JobModel;
import io.entrain.job.Setting;
import io.entrain.recording.Span;
import io.entrain.wire.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The production job over what its topics hold now: it ends with its input.
 *
 * @param topics what it reads and writes
 * @param models of the same streams
 * @param lagRange the job's setting of that name, for those models that can be told
 * @param alignment whether posterior and attention are written
 * @param parallelism subtasks
 */
public record BoundedJob(
    Topics topics, List<JobModel> models, String lagRange, boolean alignment, int parallelism) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Those that read the same streams together, in their order. */
  public static List<List<JobModel>> groups(List<JobModel> models) {
    record Streams(List<ModelContract.Modality> modalities, int hopMillis) {}
    return List.copyOf(
        models.stream()
            .collect(
                Collectors.groupingBy(
                    model ->
                        new Streams(model.contract().modalities(), model.contract().hopMillis()),
                    LinkedHashMap::new,
                    Collectors.toList()))
            .values());
  }

  /** Starts it. */
  public JobID submit(String bootstrap, EmbeddedFlink engine, String group) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(Setting.BOOTSTRAP.key(), bootstrap);
    settings.put(Setting.TOPIC_PREFIX.key(), topics.prefix());
    settings.put(
        Setting.MODELS.key(), models.stream().map(JobModel::file).collect(Collectors.joining(",")));
    if (models.stream().anyMatch(model -> model.contract().lag() != null)) {
      settings.put(Setting.LAG_RANGE_MILLIS.key(), lagRange);
    }
    settings.put(Setting.GROUP.key(), group);
    settings.put(Setting.START_FROM.key(), "earliest");
    settings.put(Setting.BOUNDED.key(), "true");
    settings.put(Setting.ALIGNMENT.key(), Boolean.toString(alignment));
    // It ends with its input; nothing would be restored.
    settings.put(Setting.CHECKPOINT_INTERVAL_MILLIS.key(), "3600000");
    settings.put(Setting.KAFKA + "commit.offsets.on.checkpoint", "false");
    settings.put(Setting.PARALLELISM.key(), Integer.toString(parallelism));
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    EntrainJob.build(environment, JobConfig.of(settings));
    return engine.submit(environment);
  }

  /**
   * Whether the job is done.
   *
   * @throws IllegalStateException where it failed or was cancelled
   */
  public static boolean isFinished(EmbeddedFlink engine, JobID job) {
    JobStatus status = engine.status(job);
    if (status.isGloballyTerminalState() && status != JobStatus.FINISHED) {
      throw new IllegalStateException(
          "the job ended as " + status, engine.awaitEnd(job, PATIENCE).orElse(null));
    }
    return status == JobStatus.FINISHED;
  }

  /** Panes that a model decodes of a session. */
  public static long panes(JobModel model, Span span) {
    long hopNanos = model.contract().hopMillis() * 1_000_000L;
    return Math.floorDiv(span.endNanos(), hopNanos) + Math.floorDiv(-span.startNanos(), hopNanos);
  }

  /**
   * Where sending must begin so that every model is warm at {@code fromNanos}: a multiple of the
   * hops.
   */
  public static long leadIn(Collection<JobModel> models, long fromNanos, long firstNanos) {
    long start = fromNanos;
    for (JobModel model : models) {
      long hopNanos = model.contract().hopMillis() * 1_000_000L;
      long warm = fromNanos - (model.contract().warmupHops() + 1) * hopNanos;
      start = Math.min(start, Math.floorDiv(warm, hopNanos) * hopNanos);
    }
    return Math.max(start, firstNanos);
  }
}
