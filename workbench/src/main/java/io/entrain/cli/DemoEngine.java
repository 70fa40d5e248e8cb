package io.entrain.cli;

import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.JobModel;
import io.entrain.view.EngineState;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The demo's job on the embedded engine, and how it stands. */
final class DemoEngine implements Supplier<EngineState> {
  private final EmbeddedFlink engine;
  private volatile List<JobModel> models = List.of();
  private volatile JobID job;

  DemoEngine(EmbeddedFlink engine) {
    this.engine = engine;
  }

  void submit(StreamExecutionEnvironment environment, List<JobModel> jobModels) {
    models = List.copyOf(jobModels);
    job = engine.submit(environment);
  }

  boolean isRunning() {
    return engine.isRunning(job);
  }

  /** Throws where the job has ended. */
  void checkAlive() {
    if (engine.status(job).isTerminalState()) {
      Throwable cause = engine.awaitEnd(job, Duration.ofSeconds(1)).orElse(null);
      throw new IllegalStateException("the job ended in mid-stream", cause);
    }
  }

  @Override
  public EngineState get() {
    String provider =
        models.stream()
            .map(model -> model.provider() + ": " + model.providerNote())
            .distinct()
            .collect(Collectors.joining("; "));
    JobID now = job;
    if (now == null) {
      return new EngineState(provider, "starting", OptionalLong.empty());
    }
    OptionalLong done = engine.checkpointedMillis(now);
    return new EngineState(
        provider,
        engine.status(now).name().toLowerCase(java.util.Locale.ROOT),
        done.isPresent()
            ? OptionalLong.of(Math.max(0, System.currentTimeMillis() - done.getAsLong()))
            : OptionalLong.empty());
  }
}
