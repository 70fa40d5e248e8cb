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

/** Models that take over while the process that decodes is killed, on real processes. */
class SwapChaosProcessTest {
  private static final long LEAD_MILLIS = 5_000;

  @TempDir Path folder;

  @Test
  void everySessionChangesItsModelOnceAnAnnouncementWhenTheDecoderIsKilledAtTheTakeover() {
    ChaosPlan plan =
        new ChaosPlan(
            Path.of(System.getProperty("entrain.root")),
            folder,
            24,
            2,
            ChaosPlan.Width.ONE,
            Delivery.EXACTLY_ONCE,
            EnumSet.allOf(FaultKind.class),
            Map.of());
    long first = 3_000;
    long second = 12_000;
    List<Fault> faults =
        List.of(
            new Fault(FaultKind.MODEL_SWAP, first, 0),
            new Fault(FaultKind.TASKMANAGER_KILL, first + LEAD_MILLIS - 200, 0),
            new Fault(FaultKind.MODEL_SWAP, second, 0),
            // Between the announcement and its term: what is known of it must be found again.
            new Fault(FaultKind.TASKMANAGER_KILL, second + 500, 0));
    List<String> said = new ArrayList<>();

    ChaosResult result = ChaosRun.run(plan, new Schedule(9, faults), said::add);

    assertThat(result.verdict().anomalies()).isEmpty();
    assertThat(result.takeovers()).isEqualTo(new Takeovers(2, 2, 2, true, 2));
    assertThat(result.passed()).as(said.toString()).isTrue();
    assertThat(result.restarts()).as("the job felt it").isGreaterThanOrEqualTo(2);
  }
}
