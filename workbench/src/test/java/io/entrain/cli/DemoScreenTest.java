package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.entrain.scoring.Score;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoScreenTest {
  private static final DemoState STATE =
      new DemoState(
          30,
          60,
          List.of(
              new Score("lag-posterior", 3000, 2900, 0.871, 9.4, 1, 0),
              new Score("early-fusion", 2900, 2800, 0.6, Double.NaN, Double.NaN, 0.1)),
          List.of(new DemoState.LagNow("one", 120, -300, 8)),
          new DemoState.Counts(12_000, 5900, 2, 1),
          Double.NaN,
          14);

  @Test
  void showsBothModelsTheLagAndTheCountsWithinEightyColumns() {
    assertThat(DemoScreen.panel(STATE))
        .contains(
            "  lag-posterior     0.871  ##########################",
            "  early-fusion      0.600  ##################",
            "  [o-------------------+-----------|--------] +120, -300 +-  8 ms",
            "  rmse since warm-up 9.4 ms",
            "Latency p50 - ms, p99 14 ms",
            "Windows 5900 of 12000, records rejected 2 (late 1)")
        .allMatch(line -> line.length() <= 80);
  }

  @Test
  void summarisesWithNullForWhatIsUnknown() throws Exception {
    JsonNode json = JsonMapper.builder().build().readTree(STATE.toJson());
    assertThat(json.get("windows").asLong()).isEqualTo(5900);
    assertThat(json.get("r2").get("lag-posterior").asDouble()).isEqualTo(0.871);
    assertThat(json.get("latency_p50_millis").isNull()).isTrue();
    assertThat(json.get("late").asLong()).isEqualTo(1);
    // 3000 whole windows and 2900 that lack a tenth, of 12000.
    assertThat(json.get("missing_share").asDouble()).isEqualTo(1 - (3000 + 2610) / 12000.0);
  }

  @Test
  void isHealthyOnlyWhereEverythingCameAndNothingWasRejected() {
    assertThat(STATE.isHealthy()).isFalse();
    assertThat(with(new DemoState.Counts(100, 100, 0, 0)).isHealthy()).isTrue();
    assertThat(with(new DemoState.Counts(100, 99, 0, 0)).isHealthy()).isFalse();
    assertThat(with(new DemoState.Counts(100, 100, 1, 0)).isHealthy()).isFalse();
  }

  private static DemoState with(DemoState.Counts counts) {
    return new DemoState(60, 60, STATE.scores(), STATE.lags(), counts, 5, 14);
  }
}
