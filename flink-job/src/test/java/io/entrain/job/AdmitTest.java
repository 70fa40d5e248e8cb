package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.swap.ModelTerm;
import io.entrain.wire.v1.ModelAnnouncement.Role;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which announcements are admitted, from when on, and why others are not. */
class AdmitTest {
  private static final String FIRST = DecodeHarness.tinyModel("pinnable");
  private static final String SECOND = DecodeHarness.tinyModel("successor");
  private static final String THIRD = DecodeHarness.tinyModel("tallied");
  private static final Map<String, String> SETTINGS = Map.of("models", FIRST);
  private static final long LEAD = AdmitHarness.LEAD_MILLIS;

  @TempDir Path folder;

  @Test
  void aModelTakesOverAfterTheLeadOrAtTheAnnouncedTimeIfThatIsLater() throws Exception {
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      var soon = AdmitHarness.record(AdmitHarness.model(SECOND), 5000);
      assertThat(harness.decide(soon).term().fromMillis()).isEqualTo(5000 + LEAD);
      var past = AdmitHarness.record(AdmitHarness.model(FIRST).setEffectiveMillis(17), 6000);
      assertThat(harness.decide(past).term().fromMillis()).isEqualTo(6000 + LEAD);
      var later = AdmitHarness.record(AdmitHarness.model(SECOND).setEffectiveMillis(9999), 7000);
      ModelTerm term = harness.decide(later).term();
      assertThat(term.fromMillis()).isEqualTo(9999);
      assertThat(term.model()).isEqualTo("pinnable");
      assertThat(term.sha256()).isEqualTo(Terms.sha256(SECOND));
      assertThat(term.epoch()).isZero();
    }
  }

  @Test
  void anAnnouncementMayBeJson() throws Exception {
    String json =
        """
        {"model": "pinnable", "path": "%s", "sha256": "%s", "effective_millis": "9000"}
        """
            .formatted(SECOND, Terms.sha256(SECOND).toUpperCase(java.util.Locale.ROOT));
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      var raw = AdmitHarness.record(json.getBytes(StandardCharsets.UTF_8), 5000);
      assertThat(harness.decide(raw).term().fromMillis()).isEqualTo(9000);
    }
  }

  @Test
  void otherStateTensorsAreRefusedUnlessSessionsMayStartAnew() throws Exception {
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      Announced refused = harness.decide(AdmitHarness.record(AdmitHarness.model(THIRD), 1));
      assertThat(refused.reason()).isEqualTo(Reason.CONTRACT_DIFFERS);
      assertThat(AdmitHarness.letter(refused).getDetail())
          .contains("tally[1]", "instead of", "count[1]", "fresh_state");
      var fresh = AdmitHarness.record(AdmitHarness.model(THIRD).setFreshState(true), 2);
      assertThat(harness.decide(fresh).term().epoch()).isEqualTo(1);
      // Its own kind goes on with its state, the old kind does not.
      assertThat(harness.decide(AdmitHarness.record(AdmitHarness.model(THIRD), 3)).term().epoch())
          .isEqualTo(1);
      assertThat(harness.decide(AdmitHarness.record(AdmitHarness.model(SECOND), 4)).reason())
          .isEqualTo(Reason.CONTRACT_DIFFERS);
    }
  }

  private record Bad(byte[] value, Reason reason, String detail) {
    @Override
    public String toString() {
      return reason + " " + detail;
    }
  }

  static Stream<Bad> bad() {
    var good = AdmitHarness.model(SECOND);
    return Stream.of(
        new Bad(new byte[0], Reason.MALFORMED, "empty"),
        new Bad(new byte[] {-1, 7}, Reason.MALFORMED, "not a ModelAnnouncement"),
        new Bad("{\"model\": 1".getBytes(StandardCharsets.UTF_8), Reason.MALFORMED, "not a"),
        bad(good.clone().setModel(""), Reason.INVALID_FIELD, "model is \"\""),
        bad(good.clone().setPath(" "), Reason.INVALID_FIELD, "path is \" \""),
        bad(good.clone().setSha256("12ab"), Reason.INVALID_FIELD, "64 hex digits"),
        bad(good.clone().setEffectiveMillis(-1), Reason.INVALID_FIELD, "must be 0 or more"),
        bad(good.clone().setRoleValue(9), Reason.INVALID_FIELD, "role must be"),
        bad(good.clone().setModel("nobody"), Reason.UNKNOWN_MODEL, "it runs [pinnable]"),
        bad(good.clone().setRole(Role.WITHDRAW), Reason.UNKNOWN_MODEL, "is no shadow model"),
        bad(good.clone().setPath("/no/such.onnx"), Reason.MODEL_UNREADABLE, "there is no file"),
        bad(good.clone().setPath("/tmp"), Reason.MODEL_UNREADABLE, "there is no file"),
        bad(good.clone().setPath("/dev/zero"), Reason.MODEL_UNREADABLE, "there is no file"),
        bad(good.clone().setSha256("0".repeat(64)), Reason.HASH_MISMATCH, "announced is 000"),
        bad(good.clone().setPath(FIRST), Reason.HASH_MISMATCH, Terms.sha256(FIRST)),
        bad(
            AdmitHarness.model(DecodeHarness.tinyModel("narrow")),
            Reason.CONTRACT_DIFFERS,
            "it decodes"),
        bad(
            AdmitHarness.model(DecodeHarness.tinyModel("failing")).setModel("pinnable"),
            Reason.CONTRACT_DIFFERS,
            "its contract has the name failing"),
        bad(
            AdmitHarness.model(DecodeHarness.tinyModel("tiny")).setRole(Role.SHADOW),
            Reason.CONTRACT_DIFFERS,
            "it reads"));
  }

  private static Bad bad(
      io.entrain.wire.v1.ModelAnnouncement.Builder message, Reason reason, String detail) {
    return new Bad(message.build().toByteArray(), reason, detail);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void aBadAnnouncementBecomesADeadLetterAndTheNextOneCounts(Bad bad) throws Exception {
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      Announced refused = harness.decide(AdmitHarness.record(bad.value(), 70));
      assertThat(refused.term()).isNull();
      assertThat(refused.reason()).isEqualTo(bad.reason());
      Rejected letter = AdmitHarness.letter(refused);
      assertThat(letter.getReason()).isEqualTo(bad.reason());
      assertThat(letter.getDetail()).contains(bad.detail());
      assertThat(letter.getTopic()).isEqualTo("entrain.models");
      assertThat(letter.getOffset()).isEqualTo(70);
      assertThat(letter.getValue().toByteArray()).isEqualTo(bad.value());
      assertThat(harness.decide(AdmitHarness.record(AdmitHarness.model(SECOND), 71)).term())
          .isNotNull();
    }
  }

  @Test
  void aFileThatIsNoModelIsRefusedThoughItsHashIsRight() throws Exception {
    Path file = Files.writeString(folder.resolve("text.onnx"), "not a model");
    String hash = "8f5d2e0d8a9a3e1f4d6a1c3c64ae14d1";
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      var wrongHash = AdmitHarness.model(SECOND).setPath(file.toString()).setSha256(hash.repeat(2));
      String found =
          AdmitHarness.letter(harness.decide(AdmitHarness.record(wrongHash, 1)))
              .getDetail()
              .replaceAll(".* has SHA-256 ([0-9a-f]{64}),.*", "$1");
      Announced refused =
          harness.decide(AdmitHarness.record(wrongHash.clone().setSha256(found), 2));
      assertThat(refused.reason()).isEqualTo(Reason.MODEL_UNREADABLE);
    }
  }

  @Test
  void aModelThatCannotBeToldTheLagsOfTheSettingIsRefused() throws Exception {
    Map<String, String> pinned = Map.of("models", FIRST, "lag-range-millis", "-10..10");
    try (AdmitHarness harness = AdmitHarness.open(null, pinned)) {
      assertThat(harness.decide(AdmitHarness.record(AdmitHarness.model(SECOND), 1)).term())
          .isNotNull();
    }
  }

  @Test
  void theWatermarkStaysBeforeTheTermOfWhatIsNotDecided() throws Exception {
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      harness.watermark(100).send(AdmitHarness.record(AdmitHarness.model(SECOND), 500));
      harness.watermark(900).watermark(5000);
      assertThat(harness.announced()).isEmpty();
      assertThat(harness.watermarks()).containsExactly(100L, 900L, 499 + LEAD);
      harness.decided();
      harness.watermark(6000);
      assertThat(harness.watermarks()).endsWith(6000L);
    }
  }

  @Test
  void whatComesAfterItsTermWasDeclaredKnownIsRefused() throws Exception {
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      harness.watermark(5000);
      Announced refused =
          harness.decide(AdmitHarness.record(AdmitHarness.model(SECOND), 5000 - LEAD));
      assertThat(refused.reason()).isEqualTo(Reason.TOO_LATE);
      assertThat(
              harness
                  .decide(AdmitHarness.record(AdmitHarness.model(SECOND), 5001 - LEAD))
                  .term()
                  .fromMillis())
          .isEqualTo(5001);
    }
  }

  @Test
  void theEndOfTheTopicWaitsForWhatIsNotDecided() throws Exception {
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      harness.send(AdmitHarness.record(AdmitHarness.model(SECOND), 500));
      harness.send(AdmitHarness.record(AdmitHarness.model(FIRST), 600)).watermark(Long.MAX_VALUE);
      assertThat(harness.announced()).hasSize(2);
      assertThat(harness.watermarks()).containsExactly(Long.MAX_VALUE);
    }
  }

  /** Good and bad ones at random; what is not decided at a checkpoint is decided after it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aRestoreAfterAnyAnnouncementDecidesTheSame(long seed) throws Exception {
    Random random = new Random(seed);
    List<RawRecord> records =
        random
            .ints(10, 0, 5)
            .mapToObj(AdmitTest::anyAnnouncement)
            .map(message -> AdmitHarness.record(message, random.nextInt(50)))
            .toList();
    List<Announced> reference;
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      for (RawRecord record : records) {
        harness.send(record);
      }
      reference = List.copyOf(harness.decided());
    }
    List<Announced> interrupted = new java.util.ArrayList<>();
    OperatorSubtaskState state = null;
    for (int i = 0; i < records.size(); i++) {
      try (AdmitHarness harness = AdmitHarness.open(state, SETTINGS)) {
        harness.send(records.get(i));
        if (random.nextBoolean()) {
          harness.decided();
        }
        state = harness.checkpoint(i + 1L);
        interrupted.addAll(harness.announced());
      }
    }
    try (AdmitHarness harness = AdmitHarness.open(state, SETTINGS)) {
      interrupted.addAll(harness.decided());
    }
    assertThat(interrupted).isEqualTo(reference);
    assertThat(reference).hasSize(10).anyMatch(a -> a.term() != null);
  }

  private static io.entrain.wire.v1.ModelAnnouncement.Builder anyAnnouncement(int dice) {
    return switch (dice) {
      case 0 -> AdmitHarness.model(FIRST);
      case 1 -> AdmitHarness.model(SECOND);
      case 2 -> AdmitHarness.model(THIRD).setFreshState(true);
      case 3 -> AdmitHarness.model(THIRD);
      default -> AdmitHarness.model(SECOND).setModel("nobody");
    };
  }

  @Test
  void anotherModelInTheSettingsTakesTheSeatOfWhatWasAnnounced() throws Exception {
    OperatorSubtaskState state;
    try (AdmitHarness harness = AdmitHarness.open(null, SETTINGS)) {
      harness.decide(AdmitHarness.record(AdmitHarness.model(THIRD).setFreshState(true), 1));
      state = harness.checkpoint(1);
    }
    assertThatThrownBy(() -> AdmitHarness.open(state, Map.of("models", SECOND)))
        .hasStackTraceContaining("count[1]")
        .hasStackTraceContaining("instead of")
        .hasStackTraceContaining("set fresh-state");
    try (AdmitHarness harness =
        AdmitHarness.open(state, Map.of("models", SECOND, "fresh-state", "true"))) {
      assertThat(harness.decide(AdmitHarness.record(AdmitHarness.model(FIRST), 9)).term().epoch())
          .isEqualTo(2);
    }
  }
}
