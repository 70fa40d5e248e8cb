package io.entrain.fuzz;

import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.Setting;
import io.entrain.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** The production job over fuzzed records, watched until it has read them all. */
final class FuzzedJob {
  private static final String GROUP = "fuzz";
  private static final Duration GLANCE = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Heap is measured so often, between the job's start and its end. */
  private static final int HEAP_MEASUREMENTS = 10;

  /** Short, so that sessions end within a run, and their state with them. */
  private static final String SESSION_TIMEOUT_MILLIS = "10000";

  private final String bootstrap;
  private final EmbeddedFlink engine;
  private final JobConfig config;
  private final List<Long> heapBytes = new ArrayList<>();

  FuzzedJob(FuzzOptions options, Topics topics, String bootstrap, EmbeddedFlink engine) {
    this.bootstrap = bootstrap;
    this.engine = engine;
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(Setting.BOOTSTRAP.key(), bootstrap);
    settings.put(Setting.TOPIC_PREFIX.key(), topics.prefix());
    settings.put(Setting.MODELS.key(), options.model().toString());
    settings.put(Setting.GROUP.key(), GROUP);
    settings.put(Setting.START_FROM.key(), "earliest");
    settings.put(Setting.BOUNDED.key(), "true");
    settings.put(Setting.PARALLELISM.key(), Integer.toString(options.parallelism()));
    settings.put(Setting.SESSION_TIMEOUT_MILLIS.key(), SESSION_TIMEOUT_MILLIS);
    config = JobConfig.of(settings);
  }

  Account.Running run(LongConsumer progress, long total, BooleanSupplier stop) {
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
    EntrainJob.build(environment, config);
    long started = System.nanoTime();
    JobID job = engine.submit(environment);
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
      while (!engine.status(job).isGloballyTerminalState()) {
        if (stop.getAsBoolean()) {
          engine.cancel(job);
          break;
        }
        Thread.sleep(GLANCE.toMillis());
        long done = read(admin);
        progress.accept(done);
        if (done > 0 && done * HEAP_MEASUREMENTS / total >= heapBytes.size()) {
          heapBytes.add(heapBytes());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the job ran", e);
    }
    double seconds = (System.nanoTime() - started) * 1e-9;
    String failure = engine.awaitEnd(job, PATIENCE).map(FuzzedJob::causes).orElse("");
    heapBytes.add(heapBytes());
    return new Account.Running(failure, heapBytes, seconds);
  }

  /** Records that the newest checkpoint has behind it. */
  private static long read(Admin admin) throws InterruptedException {
    try {
      return admin
          .listConsumerGroupOffsets(GROUP)
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(offset -> offset.offset())
          .sum();
    } catch (ExecutionException noneYet) {
      return 0;
    }
  }

  private static long heapBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static String causes(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      text.append(text.isEmpty() ? "" : "; because: ").append(cause);
    }
    return text.toString();
  }
}
