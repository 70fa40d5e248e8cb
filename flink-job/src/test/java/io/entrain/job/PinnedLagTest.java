package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The model is told which lags are allowed, by the setting alone, and what it says in version 2 of
 * the contract is published. pinnable.onnx shows what it was fed: its lag is the mean of the lags
 * allowed, its headroom their sum less 2, and what it hands back of them is half.
 */
class PinnedLagTest {
  private static final long DURATION_MILLIS = 400;
  private static final int HOPS = (int) DURATION_MILLIS / 20;

  /** Setting, lag, headroom. */
  private static final List<Object[]> SETTINGS =
      List.of(
          new Object[] {"", 0f, 3f},
          new Object[] {"12", 12f, -1f},
          new Object[] {"0..20", 10f, 1f},
          new Object[] {"-20", -20f, -1f});

  @ParameterizedTest
  @CsvSource({"'', 0, 3", "-10..10, 0, 1", "0..20, 10, 1", "12, 12, -1", "10, 10, -1"})
  void everyWindowOfEverySessionIsFedTheLagsOfTheSetting(
      String setting, float lagMillis, float headroom) throws Exception {
    List<RawRecord> records = new ArrayList<>(new TestSession("a", 1, 400).interleaved(20));
    records.addAll(new TestSession("b", 2, 400).interleaved(20));
    try (DecodeHarness harness = open(null, setting)) {
      List<Decoded> decoded = harness.send(records).end().decoded();
      assertThat(decoded).hasSize(2 * HOPS);
      decoded.forEach(window -> assertLag(window, lagMillis, headroom));
    }
  }

  @Test
  void aRestartWithAnotherSettingTakesEffectAtOnceAndTheSessionGoesOn() throws Exception {
    List<RawRecord> records = new TestSession("s", 3, DURATION_MILLIS).interleaved(40);
    OperatorSubtaskState state = null;
    List<Decoded> all = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      Object[] setting = SETTINGS.get(i / 2 % SETTINGS.size());
      try (DecodeHarness harness = open(state, (String) setting[0])) {
        harness.send(records.get(i));
        state = harness.checkpoint(i + 1L);
        harness.decoded().forEach(d -> assertLag(d, (float) setting[1], (float) setting[2]));
        all.addAll(harness.decoded());
      }
    }
    assertThat(all).hasSize(HOPS);
    for (int hop = 0; hop < HOPS; hop++) {
      assertThat(all.get(hop).getComponent(0).getMean()).isEqualTo(hop + 1);
    }
  }

  @Test
  void anOutputOfAnEarlierInstantComesWithItsDelay() throws Exception {
    try (DecodeHarness harness = open(null, "")) {
      List<Decoded> decoded =
          harness.send(new TestSession("s", 4, DURATION_MILLIS).interleaved(20)).end().decoded();
      Map<String, Component> last = new HashMap<>();
      for (Component component : decoded.get(HOPS - 1).getComponentList()) {
        last.put(component.getName() + " " + component.getDelayMillis(), component);
      }
      assertThat(last).containsOnlyKeys("count 0", "level 0", "count 40", "level 40");
      assertThat(last.get("count 0").getMean()).isEqualTo(HOPS);
      assertThat(last.get("count 40").getMean()).isEqualTo(HOPS - 2);
      assertThat(last.get("level 0").getStandardDeviation()).isEqualTo(1);
      assertThat(last.get("level 40").getStandardDeviation())
          .isCloseTo((float) Math.E, within(1e-6f));
    }
  }

  private static void assertLag(Decoded window, float lagMillis, float headroom) {
    assertThat(window.getLag().getMillis()).isCloseTo(lagMillis, within(1e-4f));
    assertThat(window.getLag().hasHeadroom()).isTrue();
    assertThat(window.getLag().getHeadroom()).isCloseTo(headroom, within(1e-5f));
  }

  private static DecodeHarness open(OperatorSubtaskState restored, String lagRange)
      throws Exception {
    return DecodeHarness.open(
        restored,
        Map.of("models", DecodeHarness.tinyModel("pinnable"), "lag-range-millis", lagRange));
  }
}
