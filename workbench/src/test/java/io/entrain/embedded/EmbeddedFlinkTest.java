package io.entrain.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EmbeddedFlinkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static EmbeddedFlink flink;

  @BeforeAll
  static void start() {
    flink = EmbeddedFlink.start(2);
  }

  @AfterAll
  static void leavesNoFolderBehind() {
    Path folder = flink.folder();
    flink.close();
    assertThat(folder).doesNotExist();
  }

  @Test
  void runsAGraphToItsEnd() {
    JobID job = flink.submit(counting(1000, number -> number));
    assertThat(flink.awaitEnd(job, PATIENCE)).isEmpty();
    assertThat(flink.status(job)).isEqualTo(JobStatus.FINISHED);
  }

  @Test
  void tellsWhatAJobFailedWith() {
    JobID job =
        flink.submit(
            counting(
                1000,
                number -> {
                  throw new IllegalStateException("on purpose");
                }));
    assertThat(flink.awaitEnd(job, PATIENCE))
        .hasValueSatisfying(e -> assertThat(e).hasStackTraceContaining("on purpose"));
  }

  @Test
  void stopsWithASavepointFromWhichAGraphGoesOn() {
    JobID job = flink.submit(counting(Long.MAX_VALUE, number -> number));
    await().until(() -> flink.status(job) == JobStatus.RUNNING);
    String savepoint = await().ignoreExceptions().until(() -> flink.savepoint(job), path -> true);
    assertThat(Files.exists(Path.of(URI.create(savepoint)))).isTrue();
    flink.cancel(job);

    JobID restored = flink.restore(counting(Long.MAX_VALUE, number -> number), savepoint);
    await().until(() -> flink.status(restored) == JobStatus.RUNNING);
    flink.cancel(restored);
    assertThat(flink.status(restored)).isEqualTo(JobStatus.CANCELED);
  }

  private static StreamExecutionEnvironment counting(long count, MapFunction<Long, Long> step) {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    environment.setParallelism(2);
    environment
        .fromSequence(0, count)
        .uid("numbers")
        .map(step)
        .uid("step")
        .returns(Long.class)
        .sinkTo(new DiscardingSink<>())
        .uid("sink");
    return environment;
  }
}
