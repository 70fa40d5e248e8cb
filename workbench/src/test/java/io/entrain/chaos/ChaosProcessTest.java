package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.entrain.job.Delivery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run with real processes: what `./entrain chaos` does, once. */
class ChaosProcessTest {
  private static final int SECONDS = 16;

  @TempDir Path folder;

  @Test
  void nothingOfTheOutputDiffersWhenTheWorkingTaskManagerIsKilled() throws Exception {
    ChaosPlan plan =
        new ChaosPlan(
            Path.of(System.getProperty("entrain.root")),
            folder,
            SECONDS,
            1,
            ChaosPlan.Width.ONE,
            Delivery.EXACTLY_ONCE,
            Set.of(FaultKind.TASKMANAGER_KILL),
            Map.of());
    List<String> said = new ArrayList<>();

    ChaosResult result = ChaosRun.run(plan, 3, said::add);

    assertThat(result.verdict().anomalies()).isEmpty();
    assertThat(result.passed()).as(said.toString()).isTrue();
    // Two sessions of 50 panes a second, one of them longer, on two topics.
    assertThat(result.verdict().compared()).isGreaterThan(2 * 2 * 45 * SECONDS);
    assertThat(result.blocksSent()).isGreaterThan(2 * 2 * 50 * SECONDS);
    assertThat(result.restarts()).as("the job felt it").isPositive();
    assertThat(result.aftermath()).hasSize(1);
    Path page = ChaosReport.write(plan, List.of(result), folder);
    assertThat(Files.readString(page)).contains("Seed 3: passed", "<svg", "taskmanager-kill");
    JsonNode report = JsonMapper.builder().build().readTree(folder.resolve("report.json").toFile());
    assertThat(report.path("runs").get(0).path("verdict").path("lost").asInt(-1)).isZero();
  }
}
