package io.entrain.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Reason;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent, every record is decoded or a dead letter, and the job goes on. */
class FuzzTest {
  private static final Path MODEL =
      Path.of(System.getProperty("entrain.root"), "model/trained/lag-posterior-incremental.onnx");

  @ParameterizedTest
  @ValueSource(longs = {1})
  void everyRecordIsAccountedForAndTheJobDoesNotRestart(long seed) {
    FuzzRun run =
        new FuzzRun(
            new FuzzOptions(MODEL, seed, 5000, .4, 2), (what, done, total) -> {}, () -> false);
    FuzzReport report = run.run();
    assertThat(report.failure()).isEmpty();
    assertThat(report.findings()).isEmpty();
    assertThat(report.wrong()).isZero();
    assertThat(report.sent()).isEqualTo(5000);
    assertThat(report.used() + report.refused()).isEqualTo(report.sent());
    assertThat(report.used()).isGreaterThan(1000);
    assertThat(report.reasons()).containsKey(Reason.TOO_LARGE);
  }
}
