package io.entrain.job;

import static io.entrain.job.TestSession.LFP;
import static io.entrain.job.TestSession.MILLI;
import static io.entrain.job.TestSession.SPIKES;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A bad record is never an exception: it goes to the dead letters whole, with a reason that helps.
 */
class BadInputTest {
  private static final TestSession SESSION = new TestSession("s", 1, 200);

  @Test
  void aTruncatedRecordIsKeptWholeAndNothingElseIsTouched() throws Exception {
    byte[] whole = SESSION.lfp(20, 0).get(3).value();
    RawRecord truncated = TestSession.record(LFP, "s", Arrays.copyOf(whole, 100), 61);
    Rejected letter = reject(truncated, Reason.MALFORMED);
    assertThat(letter.getValue()).isEqualTo(ByteString.copyFrom(truncated.value()));
    assertThat(letter.getKey().toStringUtf8()).isEqualTo("s");
    assertThat(letter.getTopic()).isEqualTo("entrain.lfp");
    assertThat(letter.getOffset()).isEqualTo(61);
  }

  @Test
  void aNaNIsRefused() throws Exception {
    float[] values = new float[20 * 16];
    values[77] = Float.NaN;
    assertThat(reject(record(lfp(values, 16, 1000)), Reason.NOT_FINITE).getDetail()).isNotEmpty();
  }

  @Test
  void anUnknownModalityIsToldWhichOnesThereAre() throws Exception {
    Block block = block("accelerometer", new Block.Events(new long[0], new int[0], new float[0]));
    assertThat(reject(TestSession.record(SPIKES, block, 1), Reason.UNKNOWN_MODALITY).getDetail())
        .contains("accelerometer")
        .contains("spikes")
        .contains("lfp");
  }

  @Test
  void aChannelCountThatIsNotTheModelsIsRefused() throws Exception {
    assertThat(reject(record(lfp(new float[20 * 8], 8, 1000)), Reason.WRONG_CHANNELS).getDetail())
        .contains("8")
        .contains("16");
    Block unit96 = block("spikes", new Block.Events(new long[] {0}, new int[] {96}, new float[0]));
    assertThat(reject(TestSession.record(SPIKES, unit96, 1), Reason.WRONG_CHANNELS).getDetail())
        .contains("0 to 95");
  }

  @Test
  void aSamplingRateThatIsNotTheModelsIsRefused() throws Exception {
    assertThat(reject(record(lfp(new float[10 * 16], 16, 500)), Reason.WRONG_RATE).getDetail())
        .contains("500")
        .contains("1000");
  }

  @Test
  void eventsWhereSamplesAreAskedForAreRefused() throws Exception {
    Block block = block("lfp", new Block.Events(new long[0], new int[0], new float[0]));
    reject(TestSession.record(LFP, block, 1), Reason.WRONG_KIND);
  }

  @Test
  void aKeyThatIsNotTheSessionIsRefused() throws Exception {
    byte[] value = new BlockCodec().encode(SESSION.spikeBlock(0, 0, 20));
    assertThat(
            reject(TestSession.record(SPIKES, "other", value, 1), Reason.KEY_MISMATCH).getDetail())
        .contains("other");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8})
  void aBlockThatGoesBackInTimeIsRefusedAndChangesNothing(int repeated) throws Exception {
    List<RawRecord> records = new ArrayList<>(SESSION.interleaved(20));
    List<Decoded> reference = decode(records);
    records.add(2 * repeated + 2, records.get(2 * repeated));
    try (DecodeHarness harness = DecodeHarness.open()) {
      harness.send(records).end();
      assertThat(harness.decoded()).isEqualTo(reference);
      assertThat(harness.rejected())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.getReason()).isEqualTo(Reason.BACK_IN_TIME);
                assertThat(letter.getDetail()).contains("covered this time already");
              });
    }
  }

  @Test
  void aLateBlockIsRefusedAndTheOutputSaysWhatWasMissing() throws Exception {
    List<RawRecord> spikes = SESSION.spikes(20, 0);
    List<RawRecord> lfp = new ArrayList<>(SESSION.lfp(20, 0));
    RawRecord late = lfp.remove(4);
    try (DecodeHarness harness = DecodeHarness.open()) {
      harness.send(spikes).send(lfp).watermark(1000).send(Shifted.toLog(late, 1001)).end();
      assertThat(harness.decoded()).hasSize(10);
      assertThat(harness.decoded().get(4).getPresence(LFP).getShare()).isZero();
      assertThat(harness.decoded().get(4).getPresence(SPIKES).getShare()).isOne();
      assertThat(harness.decoded().get(5).getPresence(LFP).getShare()).isOne();
      assertThat(harness.rejected())
          .extracting(Rejected::getReason)
          .containsExactly(Reason.TOO_LATE);
    }
  }

  @Test
  void aStreamThatStopsDoesNotStopTheSession() throws Exception {
    try (DecodeHarness harness = DecodeHarness.open()) {
      harness.send(SESSION.lfp(20, 0).subList(0, 3)).send(SESSION.spikes(20, 0)).watermark(420);
      assertThat(harness.decoded()).hasSize(10);
      assertThat(harness.decoded().subList(3, 10))
          .allSatisfy(decoded -> assertThat(decoded.getPresence(LFP).getShare()).isZero());
    }
  }

  @Test
  void theSessionFollowsAJumpThatAllItsClocksMake() throws Exception {
    long jump = 3600L * 1000 * MILLI;
    List<RawRecord> records = new ArrayList<>(SESSION.interleaved(20));
    for (RawRecord record : SESSION.interleaved(20)) {
      records.add(Shifted.toLog(Shifted.byNanos(record, jump), record.timestampMillis() + 200));
    }
    try (DecodeHarness harness = DecodeHarness.open()) {
      harness.send(records).end();
      assertThat(harness.rejected()).isEmpty();
      assertThat(harness.decoded()).hasSize(20);
      Decoded first = harness.decoded().get(10);
      assertThat(first.getStretch()).isOne();
      assertThat(first.getPane()).isZero();
      assertThat(first.getWindowEndNanos()).isEqualTo(jump + 20 * MILLI);
      assertThat(first.getComponentList()).isEqualTo(harness.decoded().get(0).getComponentList());
    }
  }

  @Test
  void oneAbsurdStampCostsOneBlockAndNothingHangs() throws Exception {
    List<RawRecord> records = new ArrayList<>(SESSION.interleaved(20));
    RawRecord absurd = Shifted.byNanos(records.get(6), 200_000L * 1000 * 1000 * MILLI);
    records.set(6, absurd);
    for (RawRecord record : new TestSession("later", 2, 200).interleaved(20)) {
      records.add(Shifted.toLog(record, record.timestampMillis() + 2000));
    }
    try (DecodeHarness harness = DecodeHarness.open()) {
      for (RawRecord record : records) {
        harness.watermark(record.timestampMillis() - 1).send(record);
      }
      harness.end();
      assertThat(harness.rejected())
          .singleElement()
          .satisfies(l -> assertThat(l.getReason()).isEqualTo(Reason.CLOCK_JUMP));
      assertThat(harness.decoded().stream().filter(d -> d.getSession().equals("s"))).hasSize(10);
    }
  }

  private static Rejected reject(RawRecord bad, Reason reason) throws Exception {
    List<Decoded> reference = decode(SESSION.interleaved(20));
    List<RawRecord> records = new ArrayList<>(SESSION.interleaved(20));
    records.add(7, bad);
    try (DecodeHarness harness = DecodeHarness.open()) {
      harness.send(records).end();
      assertThat(harness.decoded()).isEqualTo(reference);
      assertThat(harness.rejected()).hasSize(1);
      assertThat(harness.rejected().get(0).getReason()).isEqualTo(reason);
      return harness.rejected().get(0);
    }
  }

  private static List<Decoded> decode(List<RawRecord> records) throws Exception {
    try (DecodeHarness harness = DecodeHarness.open()) {
      return harness.send(records).end().decoded();
    }
  }

  private static RawRecord record(Block lfp) {
    return TestSession.record(LFP, lfp, 1);
  }

  private static Block block(String modality, Block.Events events) {
    return new Block("s", modality, 0, 0, 20 * MILLI, events, null);
  }

  private static Block lfp(float[] values, int channels, double rateHz) {
    return new Block(
        "s", "lfp", 0, 0, 20 * MILLI, null, new Block.Samples(rateHz, channels, values));
  }
}
