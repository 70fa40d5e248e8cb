package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.chaos.Anomaly.Kind;
import io.entrain.job.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Builds that are broken on purpose, on real processes of which one is killed: chaos must find what
 * each does wrong. The undisturbed run is that of the whole build.
 */
class BrokenBuildTest {
  /** The producer holds records back, so that only the flush at a checkpoint sends them. */
  private static final Map<String, String> HOLDING_BACK =
      Map.of("kafka.linger.ms", "3000", "kafka.batch.size", "1000000");

  @TempDir Path folder;

  @Test
  void aCommitBeforeTheFlushLosesRecords() throws Exception {
    ChaosResult result =
        run(BrokenBuild.COMMITS_BEFORE_FLUSH, Delivery.AT_LEAST_ONCE, HOLDING_BACK);
    assertThat(kinds(result)).contains(Kind.LOST);
    assertThat(result.passed()).isFalse();
  }

  /** So it is not what the producer was told that loses them. */
  @Test
  void aWholeBuildThatFlushesBeforeItCommitsLosesNothing() throws Exception {
    ChaosResult result = run(BrokenBuild.NONE, Delivery.AT_LEAST_ONCE, HOLDING_BACK);
    assertThat(result.verdict().anomalies()).isEmpty();
    assertThat(result.restarts()).isPositive();
    assertThat(result.passed()).isTrue();
  }

  @Test
  void aWatermarkThatIsReleasedEarlyChangesValues() throws Exception {
    ChaosResult result = run(BrokenBuild.RELEASES_WATERMARK_EARLY, Delivery.EXACTLY_ONCE, Map.of());
    assertThat(kinds(result)).contains(Kind.WRONG_VALUE);
  }

  @Test
  void stateInAFieldIsGoneWithItsProcess() throws Exception {
    ChaosResult result = run(BrokenBuild.KEEPS_STATE_IN_A_FIELD, Delivery.EXACTLY_ONCE, Map.of());
    assertThat(kinds(result)).containsExactly(Kind.WRONG_VALUE);
    assertThat(result.verdict().anomalies().size())
        .as("nothing is wrong before the kill")
        .isLessThan(result.verdict().compared() * 3 / 4);
  }

  private ChaosResult run(BrokenBuild build, Delivery delivery, Map<String, String> job)
      throws IOException {
    Path root = build.in(folder, Path.of(System.getProperty("entrain.root")));
    ChaosPlan plan =
        new ChaosPlan(
            root,
            folder.resolve("out"),
            16,
            1,
            ChaosPlan.Width.ONE,
            delivery,
            Set.of(FaultKind.TASKMANAGER_KILL),
            job);
    Schedule killed = new Schedule(3, List.of(new Fault(FaultKind.TASKMANAGER_KILL, 8_000, 0)));
    return ChaosRun.run(plan, killed, line -> {});
  }

  private static Set<Kind> kinds(ChaosResult result) {
    return result.verdict().anomalies().stream().map(Anomaly::kind).collect(Collectors.toSet());
  }
}
