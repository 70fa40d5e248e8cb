package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models beside the live one: after it, at no cost to it. failing.onnx fails at its sixth hop. */
class ShadowTest {
  private static final String LIVE = DecodeHarness.tinyModel("pinnable");
  private static final String CANDIDATE = DecodeHarness.tinyModel("successor");
  private static final String OTHER_STATE = DecodeHarness.tinyModel("tallied");
  private static final String FAILING = DecodeHarness.tinyModel("failing");
  private static final int HOPS = 30;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aShadowDecodesWhatItWouldDecodeAloneAndTheLiveOutputIsTheSame(long seed) throws Exception {
    for (String shadow : List.of(CANDIDATE, OTHER_STATE)) {
      List<OutputRecord> outputs = run(seed, Map.of("models", LIVE, "shadow-models", shadow));
      assertThat(of(OutputKind.DECODED, outputs))
          .isEqualTo(of(OutputKind.DECODED, run(seed, Map.of("models", LIVE))));
      assertThat(of(OutputKind.SHADOW, outputs))
          .isEqualTo(of(OutputKind.DECODED, run(seed, Map.of("models", shadow))));
    }
  }

  @Test
  void theLiveOutputOfAWindowIsOutBeforeAnyShadowSeesIt() throws Exception {
    Set<String> published = new HashSet<>();
    int shadowed = 0;
    for (OutputRecord output : run(4, Map.of("models", LIVE, "shadow-models", CANDIDATE))) {
      Decoded window = io.entrain.wire.MessageCodec.DECODED.decode(output.value());
      String identity = window.getSession() + " " + window.getWindowEndNanos();
      if (output.kind() == OutputKind.DECODED) {
        published.add(identity);
      } else {
        assertThat(published).contains(identity);
        shadowed++;
      }
    }
    assertThat(shadowed).isEqualTo(2 * HOPS);
  }

  @Test
  void whileBlocksAreAtHandNoShadowRunsAndTheOldestAreSkipped() throws Exception {
    Map<String, String> settings = settings(Map.of("models", LIVE, "shadow-models", CANDIDATE));
    settings.put("batch-windows", "8");
    try (DecodeHarness harness = DecodeHarness.open(null, settings)) {
      // The harness lets no mail in between, as if a block were always at hand.
      harness.send(records(5));
      harness.checkpoint(1);
      assertThat(harness.decoded()).hasSize(2 * HOPS);
      List<Decoded> shadowed = harness.shadowed();
      assertThat(shadowed).hasSize(8);
      assertThat(shadowed.get(7).getWindowEndNanos())
          .isEqualTo(harness.decoded().get(2 * HOPS - 1).getWindowEndNanos());
    }
  }

  @Test
  void aShadowIsAnnouncedAndWithdrawnAtLogTimes() throws Exception {
    try (DecodeHarness harness = DecodeHarness.open(null, settings(Map.of("models", LIVE)))) {
      harness.announce(Terms.shadow(OTHER_STATE, 200)).announce(Terms.withdrawn("pinnable", 400));
      // An announced shadow takes part once it is open; those of the start are.
      harness.awaitModels();
      for (RawRecord record : records(6)) {
        harness.send(record).idle();
      }
      List<Decoded> shadowed = harness.end().shadowed();
      assertThat(shadowed).hasSize(2 * 10);
      assertThat(shadowed).allMatch(d -> d.getModelSha256().equals(Terms.sha256(OTHER_STATE)));
      assertThat(shadowed.get(0).getWindowEndNanos()).isEqualTo(200_000_000);
      assertThat(shadowed.get(0).getComponent(0).getMean()).isEqualTo(1);
      assertThat(shadowed.get(0).getWarmingUp()).isTrue();
      assertThat(shadowed.get(19).getWindowEndNanos()).isEqualTo(380_000_000);
      assertThat(shadowed.get(19).getWarmingUp()).isFalse();
    }
  }

  @Test
  void aShadowThatFailsIsSwitchedOffAndReportedAndTheJobGoesOn() throws Exception {
    Map<String, String> settings = Map.of("models", LIVE, "shadow-models", FAILING);
    List<OutputRecord> outputs = run(7, settings);
    assertThat(of(OutputKind.DECODED, outputs))
        .isEqualTo(of(OutputKind.DECODED, run(7, Map.of("models", LIVE))));
    assertThat(of(OutputKind.SHADOW, outputs)).hasSize(2 * 5);
    List<OutputRecord> letters = of(OutputKind.REJECTED, outputs);
    assertThat(letters).hasSize(1);
    Rejected letter = io.entrain.wire.MessageCodec.REJECTED.decode(letters.get(0).value());
    assertThat(letter.getReason()).isEqualTo(Reason.SHADOW_FAILED);
    assertThat(letter.getKey().toStringUtf8()).isEqualTo("failing");
    assertThat(letter.getDetail()).contains("switched off", "out of data bounds");
  }

  @ParameterizedTest
  @ValueSource(longs = {8, 9})
  void aRestoreAfterAnyBlockEqualsTheUninterruptedRun(long seed) throws Exception {
    Map<String, String> settings = settings(Map.of("models", LIVE, "shadow-models", OTHER_STATE));
    List<OutputRecord> interrupted = new ArrayList<>();
    OperatorSubtaskState state = null;
    List<RawRecord> records = records(seed);
    for (int i = 0; i < records.size(); i += 7) {
      try (DecodeHarness harness = DecodeHarness.open(state, settings)) {
        harness.send(records.subList(i, Math.min(records.size(), i + 7)));
        state = harness.checkpoint(i + 1L);
        interrupted.addAll(harness.outputs());
      }
    }
    List<OutputRecord> reference = run(seed, settings);
    for (OutputKind kind : OutputKind.values()) {
      assertThat(of(kind, interrupted)).containsExactlyInAnyOrderElementsOf(of(kind, reference));
    }
  }

  @Test
  void aShadowWithAWiderWindowHasItsPanesAndNoneAreLeftWhenItIsGone() throws Exception {
    String wide = DecodeHarness.model("early-fusion");
    Map<String, String> settings =
        settings(
            Map.of(
                "models", DecodeHarness.model("lag-posterior-incremental"), "shadow-models", wide));
    List<RawRecord> records = new TestSession("s", 1, 1400).interleaved(20);
    List<Decoded> alone;
    try (DecodeHarness harness = DecodeHarness.open(null, settings(Map.of("models", wide)))) {
      alone = harness.send(records).end().decoded();
    }
    try (DecodeHarness harness = DecodeHarness.open(null, settings)) {
      harness.announce(Terms.withdrawn("early-fusion", 1200));
      int most = 0;
      for (RawRecord record : records) {
        harness.send(record).watermark(record.timestampMillis() - 1).idle();
        most = Math.max(most, harness.panes("s"));
      }
      assertThat(harness.shadowed()).isEqualTo(alone.subList(0, 59));
      assertThat(most).isEqualTo(49);
      assertThat(harness.panes("s")).isZero();
    }
  }

  private static Map<String, String> settings(Map<String, String> settings) {
    return new LinkedHashMap<>(settings);
  }

  private static List<RawRecord> records(long seed) {
    List<RawRecord> records = new ArrayList<>();
    List<RawRecord> a = new TestSession("a", seed, HOPS * 20).interleaved(20);
    List<RawRecord> b = new TestSession("b", seed + 100, HOPS * 20).interleaved(20);
    for (int i = 0; i < a.size(); i++) {
      records.add(a.get(i));
      records.add(b.get(i));
    }
    return records;
  }

  private static List<OutputRecord> run(long seed, Map<String, String> settings) throws Exception {
    try (DecodeHarness harness = DecodeHarness.open(null, settings(settings))) {
      for (RawRecord record : records(seed)) {
        harness.send(record).idle();
      }
      return List.copyOf(harness.end().outputs());
    }
  }

  private static List<OutputRecord> of(OutputKind kind, List<OutputRecord> outputs) {
    return outputs.stream()
        .filter(output -> output.kind() == kind)
        .map(o -> new OutputRecord(OutputKind.DECODED, o.key(), o.value(), 0, 0, 0))
        .toList();
  }
}
