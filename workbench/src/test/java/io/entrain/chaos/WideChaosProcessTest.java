package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.job.Delivery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two subtasks and two partitions on real processes: a kill, a full disk, two savepoints. */
class WideChaosProcessTest {
  @TempDir Path folder;

  @Test
  void nothingOfTheOutputDiffersThroughAKillAFullDiskAndARescale() {
    ChaosPlan plan =
        new ChaosPlan(
            Path.of(System.getProperty("entrain.root")),
            folder,
            36,
            2,
            new ChaosPlan.Width(2, 2),
            Delivery.EXACTLY_ONCE,
            EnumSet.allOf(FaultKind.class),
            Map.of());
    List<Fault> faults = new ArrayList<>();
    faults.add(new Fault(FaultKind.TASKMANAGER_KILL, 5_000, 0));
    if (canBeFull()) {
      faults.add(new Fault(FaultKind.DISK_FULL, 13_000, 3_000));
    }
    faults.add(new Fault(FaultKind.RESCALE, 22_000, 10_000));
    List<String> said = new ArrayList<>();

    ChaosResult result = ChaosRun.run(plan, new Schedule(5, faults), said::add);

    assertThat(result.verdict().anomalies()).isEmpty();
    assertThat(result.passed()).as(said.toString()).isTrue();
    assertThat(said)
        .anyMatch(line -> line.contains("goes on with parallelism 3"))
        .anyMatch(line -> line.contains("goes on with parallelism 2"));
    assertThat(result.moments()).hasSize(2 * faults.size() - 1);
  }

  private boolean canBeFull() {
    try (CheckpointDisk disk = CheckpointDisk.thatCanBeFull(folder)) {
      return true;
    } catch (ChaosException neitherWay) {
      return false;
    }
  }
}
