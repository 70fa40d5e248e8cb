package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows share calls while more input is at hand, and wait for nothing where none is. */
class BatchingTest {
  private static final int BATCH = 4;
  private static final int SESSIONS = 10;
  private static final int HOPS = 12;

  /** The first keeps states, the second none. */
  @ParameterizedTest
  @ValueSource(strings = {"lag-posterior-incremental", "early-fusion"})
  void windowsOfManySessionsShareCallsWhileInputIsAtHand(String model) throws Exception {
    try (DecodeHarness harness = open(model, "fitted")) {
      List<RawRecord> records = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        records.addAll(new TestSession("s" + i, i, HOPS * 20L).interleaved(20));
      }
      records.sort(Comparator.comparingLong(RawRecord::timestampMillis));
      for (RawRecord record : records) {
        harness.send(record).pass();
      }
      assertThat(harness.emitted())
          .hasSizeGreaterThanOrEqualTo(SESSIONS * HOPS - BATCH)
          .allSatisfy(output -> assertThat(output.batchWindows()).isEqualTo(BATCH));
    }
  }

  @Test
  void aWindowIsDecodedOnceNoRecordIsAtHand() throws Exception {
    try (DecodeHarness harness = open("lag-posterior-incremental", "fitted")) {
      harness.send(new TestSession("s", 1, 20).interleaved(20));
      assertThat(harness.pass().emitted()).as("a record may be at hand").isEmpty();
      assertThat(harness.pass().emitted()).hasSize(1);
    }
  }

  /** Its next window needs what the model gave for the one before: they cannot share a call. */
  @Test
  void aSessionAloneDoesNotWaitForOthersForEver() throws Exception {
    int hops = 60;
    try (DecodeHarness harness = open("lag-posterior-incremental", "fitted")) {
      for (RawRecord record : new TestSession("s", 2, hops * 20L).interleaved(20)) {
        harness.send(record).pass();
      }
      assertThat(harness.emitted()).hasSizeGreaterThan(hops - 4 * BATCH);
      assertThat(harness.outputs()).hasSize(hops);
    }
  }

  @Test
  void aWindowThatIsACallOfItsOwnWaitsForNoOther() throws Exception {
    try (DecodeHarness harness = open("lag-posterior-incremental", "single")) {
      harness.send(new TestSession("s", 1, 20).interleaved(20));
      assertThat(harness.emitted()).hasSize(1);
    }
  }

  private static DecodeHarness open(String model, String shape) throws Exception {
    return DecodeHarness.open(
        null,
        Map.of(
            "models",
            DecodeHarness.model(model),
            "batch-windows",
            Integer.toString(BATCH),
            "batch-shape",
            shape));
  }
}
