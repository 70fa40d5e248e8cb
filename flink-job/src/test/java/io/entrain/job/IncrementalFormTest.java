package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One model in two forms: fed with its whole window, and fed hop by hop with what it remembers in
 * keyed state. The job runs both, and does not know which.
 */
class IncrementalFormTest {
  private static final Map<String, String> INCREMENTAL =
      Map.of("models", DecodeHarness.model("lag-posterior-incremental"));

  /** Of float32 sums in another order. */
  private static final double TOLERANCE = 1e-5;

  private static final double TOLERANCE_MILLIS = 1e-2;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void decodesWhatTheWindowFormDecodes(long seed) throws Exception {
    List<RawRecord> records = new ArrayList<>(new TestSession("s", seed, 2600).interleaved(20));
    records.subList(70, 90).clear(); // a gap of both streams in mid-session
    List<Decoded> window = decode(Map.of(), records);
    List<Decoded> incremental = decode(INCREMENTAL, records);
    assertThat(window).hasSizeGreaterThan(100);
    assertThat(incremental).hasSameSizeAs(window);
    for (int i = 0; i < window.size(); i++) {
      assertSame(incremental.get(i), window.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 11})
  void aRestoreAfterEveryStepEqualsTheUninterruptedRun(long seed) throws Exception {
    List<RawRecord> records = new TestSession("s", seed, 1200).interleaved(137);
    List<Decoded> interrupted = new ArrayList<>();
    OperatorSubtaskState state = null;
    for (int i = 0; i < records.size(); i++) {
      try (DecodeHarness harness = DecodeHarness.open(state, INCREMENTAL)) {
        harness.send(records.get(i));
        state = harness.checkpoint(i + 1L);
        interrupted.addAll(harness.decoded());
      }
    }
    try (DecodeHarness harness = DecodeHarness.open(state, INCREMENTAL)) {
      interrupted.addAll(harness.end().decoded());
    }
    assertThat(interrupted).isEqualTo(decode(INCREMENTAL, records));
  }

  private static List<Decoded> decode(Map<String, String> settings, List<RawRecord> records)
      throws Exception {
    try (DecodeHarness harness = DecodeHarness.open(null, settings)) {
      return harness.send(records).end().decoded();
    }
  }

  private static void assertSame(Decoded found, Decoded expected) {
    String where = "pane " + expected.getPane();
    assertThat(found.getWindowEndNanos()).as(where).isEqualTo(expected.getWindowEndNanos());
    assertThat(found.getWarmingUp()).as(where).isEqualTo(expected.getWarmingUp());
    assertThat(found.getComponentCount()).isEqualTo(expected.getComponentCount());
    for (int k = 0; k < expected.getComponentCount(); k++) {
      Component a = found.getComponent(k);
      Component b = expected.getComponent(k);
      assertThat(a.getName()).isEqualTo(b.getName());
      assertThat(a.getDelayMillis()).isEqualTo(b.getDelayMillis());
      assertClose(where + " " + b.getName(), a.getMean(), b.getMean(), TOLERANCE);
      assertClose(
          where + " sd " + b.getName(),
          a.getStandardDeviation(),
          b.getStandardDeviation(),
          TOLERANCE);
    }
    assertClose(
        where + " lag",
        found.getLag().getMillis(),
        expected.getLag().getMillis(),
        TOLERANCE_MILLIS);
  }

  private static void assertClose(String what, float found, float expected, double tolerance) {
    double bound = tolerance * Math.max(1, Math.abs(expected));
    assertThat((double) Math.abs(found - expected))
        .as("%s: %s, expected %s", what, found, expected)
        .isLessThanOrEqualTo(bound);
  }
}
