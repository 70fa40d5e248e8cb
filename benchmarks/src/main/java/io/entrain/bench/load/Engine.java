package io.entrain.bench.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrain.bench.measure.Meter;
import io.entrain.bench.measure.Sample;
import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.OutputRecord;
import io.entrain.job.RawRecord;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Flink in this process, for jobs whose ends are in memory. */
public final class Engine implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST_RUN = Duration.ofMinutes(10);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final EmbeddedFlink flink;

  private Engine(EmbeddedFlink flink) {
    this.flink = flink;
  }

  /** Starts it; a job that fails is not started again. */
  public static Engine start() {
    Configuration settings = new Configuration();
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return new Engine(EmbeddedFlink.start(2, settings));
  }

  /** Builds the job of a run. */
  public interface Graph extends BiConsumer<StreamExecutionEnvironment, Ends> {}

  /**
   * The ends of a job in memory.
   *
   * @param sources one for each modality
   * @param run number of the {@link MemoryRun} behind them
   */
  public record Ends(List<Source<RawRecord, ?, ?>> sources, long run) {
    /** A sink for anything. */
    public <T> MemorySink<T> sink() {
      return new MemorySink<>(run);
    }
  }

  /** The production job; no model is announced while it runs. */
  public static Graph decoding(JobConfig config) {
    return (environment, ends) ->
        EntrainJob.build(
            environment,
            config,
            new EntrainJob.JobEnds(
                ends.sources(), MemorySource.empty(ends.run()), ends.<OutputRecord>sink()));
  }

  /** Runs a job to its end. */
  public void run(MemoryRun run, Graph graph) throws Exception {
    JobID job = submit(run, graph);
    awaitOutputs(run, job);
    run.release();
    failUnless(flink.awaitEnd(job, PATIENCE).isEmpty(), job);
  }

  /** Runs a job until it has put out everything; bytes of the first checkpoint after that. */
  public long checkpointBytes(MemoryRun run, Graph graph) throws Exception {
    JobID job = submit(run, graph);
    awaitOutputs(run, job);
    long afterMillis = System.currentTimeMillis();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long bytes = -1;
    while (bytes < 0 && System.nanoTime() < deadline) {
      Thread.sleep(20);
      bytes = newestCheckpointBytes(job, afterMillis);
    }
    flink.cancel(job);
    if (bytes < 0) {
      throw new IllegalStateException("no checkpoint within " + PATIENCE);
    }
    return bytes;
  }

  /**
   * Runs a bounded job on Kafka's ends; measures from when all of its tasks run until it is done.
   *
   * @param units pieces of work in it
   */
  public Sample timed(StreamExecutionEnvironment environment, long units) throws Exception {
    JobID job = flink.submit(environment);
    Meter whole = new Meter();
    Meter running = new Meter();
    whole.start();
    Meter chosen = whole;
    while (chosen == whole && !flink.status(job).isGloballyTerminalState()) {
      if (flink.isRunning(job)) {
        running.start();
        chosen = running;
      }
      Thread.sleep(1);
    }
    boolean failed = flink.awaitEnd(job, LONGEST_RUN).isPresent();
    // A job too short to be seen running is taken as a whole.
    chosen.stop();
    failUnless(!failed && flink.status(job) == JobStatus.FINISHED, job);
    return chosen.sample(units, 0);
  }

  /** Starts a job without an end and waits until all of its tasks run. */
  public JobID start(StreamExecutionEnvironment environment) throws Exception {
    JobID job = flink.submit(environment);
    while (!flink.isRunning(job)) {
      failUnless(!flink.status(job).isGloballyTerminalState(), job);
      Thread.sleep(10);
    }
    return job;
  }

  /** Ends a job. */
  public void cancel(JobID job) {
    flink.cancel(job);
  }

  /** Where the graph of a job is built. */
  public static StreamExecutionEnvironment environment() {
    return StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
  }

  private JobID submit(MemoryRun run, Graph graph) {
    StreamExecutionEnvironment environment = environment();
    List<Source<RawRecord, ?, ?>> sources = new ArrayList<>();
    for (int stream = 0; stream < Feed.MODALITIES.size(); stream++) {
      sources.add(new MemorySource(run.number(), stream));
    }
    graph.accept(environment, new Ends(sources, run.number()));
    return flink.submit(environment);
  }

  private void awaitOutputs(MemoryRun run, JobID job) throws Exception {
    while (true) {
      try {
        run.done().get(200, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException notYet) {
        failUnless(flink.status(job) != JobStatus.FAILED, job);
        if (flink.status(job) == JobStatus.FINISHED && !run.done().isDone()) {
          throw new IllegalStateException(
              "the job ended with %d outputs".formatted(run.outputs().size()));
        }
      } catch (ExecutionException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  private void failUnless(boolean fine, JobID job) {
    if (!fine) {
      throw new IllegalStateException("the job failed", flink.awaitEnd(job, PATIENCE).orElse(null));
    }
  }

  private long newestCheckpointBytes(JobID job, long afterMillis) throws IOException {
    URI address = flink.restAddress().resolve("/jobs/" + job + "/checkpoints");
    JsonNode newest;
    try (InputStream answer = address.toURL().openStream()) {
      newest = MAPPER.readTree(answer).path("latest").path("completed");
    }
    boolean later = newest.path("trigger_timestamp").asLong() >= afterMillis;
    return later ? newest.path("state_size").asLong() : -1;
  }

  @Override
  public void close() {
    flink.close();
  }
}
