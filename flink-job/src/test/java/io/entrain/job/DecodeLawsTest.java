package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is decoded is a function of what was recorded, not of how it came. */
class DecodeLawsTest {
  private static final long DURATION_MILLIS = 1600;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void decodedOutputDoesNotDependOnHowBlocksAreCut(long seed) throws Exception {
    TestSession session = new TestSession("s", seed, DURATION_MILLIS);
    List<Decoded> reference = decode(session.interleaved(20));
    assertThat(reference).hasSize((int) DURATION_MILLIS / 20);
    assertThat(decode(session.interleaved(5))).isEqualTo(reference);
    assertThat(decode(session.interleaved(137))).isEqualTo(reference);
    List<RawRecord> mixed = new ArrayList<>(session.spikes(137, 0));
    mixed.addAll(session.lfp(5, 0));
    assertThat(decode(mixed)).isEqualTo(reference);
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void decodedOutputDoesNotDependOnWhichStreamIsSentFirst(long seed) throws Exception {
    TestSession session = new TestSession("s", seed, DURATION_MILLIS);
    List<Decoded> reference = decode(session.interleaved(20));
    List<RawRecord> spikesFirst = new ArrayList<>(session.spikes(20, 0));
    spikesFirst.addAll(session.lfp(20, 0));
    List<RawRecord> lfpFirst = new ArrayList<>(session.lfp(20, 0));
    lfpFirst.addAll(session.spikes(20, 0));
    assertThat(decode(spikesFirst)).isEqualTo(reference);
    assertThat(decode(lfpFirst)).isEqualTo(reference);
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8, 9})
  void gapsAndLateBlocksGiveTheSameInAnyOrderOfTheStreams(long seed) throws Exception {
    TestSession session = new TestSession("s", seed, DURATION_MILLIS);
    Random random = new Random(seed);
    List<RawRecord> spikes = damaged(session.spikes(20, 0), random);
    List<RawRecord> lfp = damaged(session.lfp(20, 0), random);
    List<RawRecord> live = new ArrayList<>(spikes);
    live.addAll(lfp);
    live.sort(Comparator.comparingLong(RawRecord::timestampMillis));
    Run inLogOrder = runLive(live);
    List<RawRecord> spikesFirst = new ArrayList<>(spikes);
    spikesFirst.addAll(lfp);
    Run skewed = run(spikesFirst);
    List<RawRecord> lfpFirst = new ArrayList<>(lfp);
    lfpFirst.addAll(spikes);
    assertThat(skewed.decoded()).isEqualTo(inLogOrder.decoded());
    assertThat(run(lfpFirst).decoded()).isEqualTo(inLogOrder.decoded());
    assertThat(skewed.rejectedKeys())
        .containsExactlyInAnyOrderElementsOf(inLogOrder.rejectedKeys());
    assertThat(inLogOrder.rejectedKeys()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 11})
  void aRestoreAfterEveryStepEqualsTheUninterruptedRun(long seed) throws Exception {
    TestSession session = new TestSession("s", seed, 1200);
    List<RawRecord> records = session.interleaved(137);
    List<Decoded> reference = decode(records);
    List<Decoded> interrupted = new ArrayList<>();
    OperatorSubtaskState state = null;
    for (int i = 0; i < records.size(); i++) {
      try (DecodeHarness harness = DecodeHarness.open(state, Map.of())) {
        harness.send(records.get(i));
        state = harness.checkpoint(i + 1L);
        interrupted.addAll(harness.decoded());
      }
    }
    try (DecodeHarness harness = DecodeHarness.open(state, Map.of())) {
      interrupted.addAll(harness.end().decoded());
    }
    assertThat(interrupted).isEqualTo(reference);
  }

  @Test
  void aSessionIsNotTouchedByAnotherOneWhoseClockIsYearsAhead() throws Exception {
    TestSession session = new TestSession("s", 12, DURATION_MILLIS);
    TestSession other = new TestSession("other", 13, DURATION_MILLIS);
    List<RawRecord> both = new ArrayList<>(session.interleaved(20));
    int at = 0;
    for (RawRecord record : other.interleaved(20)) {
      both.add(at, Shifted.byNanos(record, 300_000_000L * 1_000_000_000L));
      at += 2;
    }
    List<Decoded> alone = decode(session.interleaved(20));
    List<Decoded> beside = decode(both).stream().filter(d -> d.getSession().equals("s")).toList();
    assertThat(beside).hasSameSizeAs(alone);
    for (int i = 0; i < alone.size(); i++) {
      assertThat(beside.get(i)).isEqualTo(alone.get(i));
    }
  }

  @Test
  void stateAndTimersAreGoneOnceASessionIsForgotten() throws Exception {
    try (DecodeHarness harness = DecodeHarness.open()) {
      harness.send(new TestSession("s", 14, 500).interleaved(20));
      assertThat(harness.stateEntries()).isPositive();
      harness.watermark(700_000);
      assertThat(harness.decoded()).hasSize(25);
      assertThat(harness.stateEntries()).isZero();
      assertThat(harness.timers()).isZero();
    }
  }

  /**
   * Drops some blocks and delays others far beyond the allowed lateness; log times never go back.
   */
  private static List<RawRecord> damaged(List<RawRecord> records, Random random) {
    List<RawRecord> left = new ArrayList<>();
    long log = 0;
    for (RawRecord record : records) {
      double dice = random.nextDouble();
      if (dice < 0.1) {
        continue;
      }
      log = Math.max(log, record.timestampMillis() + (dice < 0.14 ? 300 : 0));
      left.add(Shifted.toLog(record, log));
    }
    return left;
  }

  private static List<Decoded> decode(List<RawRecord> records) throws Exception {
    return run(records).decoded();
  }

  private static Run run(List<RawRecord> records) throws Exception {
    try (DecodeHarness harness = DecodeHarness.open()) {
      harness.send(records).end();
      return Run.of(harness);
    }
  }

  /** With a watermark behind each record, as live. */
  private static Run runLive(List<RawRecord> records) throws Exception {
    try (DecodeHarness harness = DecodeHarness.open()) {
      for (RawRecord record : records) {
        harness.watermark(record.timestampMillis() - 1).send(record);
      }
      harness.end();
      return Run.of(harness);
    }
  }

  private record Run(List<Decoded> decoded, List<String> rejectedKeys) {
    static Run of(DecodeHarness harness) throws Exception {
      return new Run(
          harness.decoded(),
          harness.rejected().stream()
              .map(r -> r.getReason() + " " + r.getTopic() + " " + r.getValue().hashCode())
              .toList());
    }
  }
}
