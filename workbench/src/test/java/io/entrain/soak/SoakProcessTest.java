package io.entrain.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of `./entrain soak`: a few minutes of event time, and a leak put in on purpose.
 */
class SoakProcessTest {
  private static final Path MODEL =
      Path.of(System.getProperty("entrain.root"), "model/trained/lag-posterior-incremental.onnx");
  private static final double HOURS = 0.05;
  private static final long TIMEOUT_MILLIS = 60_000;
  private static final SoakRun.Watch PATIENT =
      new SoakRun.Watch(millis -> {}, SoakProcessTest::sleep);

  @TempDir Path folder;

  @Test
  void sessionsThatEndedLeaveNothingAndEveryBlockIsAccountedFor() throws Exception {
    SoakPlan plan = plan(TIMEOUT_MILLIS);
    SoakResult result = new SoakRun(plan, PATIENT).run();
    assertThat(result.problems()).isEmpty();
    assertThat(result.passed()).isTrue();
    assertThat(result.sessions()).isGreaterThan(1);
    assertThat(result.panes()).isGreaterThan(1000);
    Sample last = result.samples().get(result.samples().size() - 1);
    assertThat(last.state().sessions()).isEqualTo(1);
    assertThat(last.memory().heapBytes()).isPositive();
    Path page = SoakReport.write(plan, result);
    assertThat(Files.readString(page)).contains("passed", "<polyline", "Sessions with state");
    JsonNode report = new JsonMapper().readTree(folder.resolve("report.json").toFile());
    assertThat(report.path("account").path("lost").asInt(-1)).isZero();
  }

  @Test
  void sessionsThatAreNeverClearedAreTold() {
    // The job keeps its sessions for a day, which the run does not know of.
    SoakRun run = new SoakRun(plan(86_400_000), TIMEOUT_MILLIS, PATIENT);
    assertThat(run.run().problems())
        .anySatisfy(line -> assertThat(line).contains("ended sessions"))
        .anySatisfy(line -> assertThat(line).contains("sessions at the end"));
  }

  private SoakPlan plan(long jobTimeoutMillis) {
    return new SoakPlan(
        MODEL,
        HOURS,
        2,
        5,
        folder,
        Map.of("session-timeout-millis", Long.toString(jobTimeoutMillis)));
  }

  private static boolean sleep(java.time.Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
