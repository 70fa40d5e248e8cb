package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.wire.v1.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.Test;

/**
 * A later build goes on with the state that an earlier one wrote: the checkpoints in
 * src/test/resources/state were written by version 0.1.0. Where a change of the state's form is
 * meant, keep these and add the new ones beside them:
 *
 * <pre>./mvnw -pl flink-job -am test -Dtest=StoredStateTest -Dentrain.write=true
 *     -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class StoredStateTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("entrain.root"), "flink-job/src/test/resources/state");
  private static final String DECODE = FOLDER.resolve("decode-0.1.0.checkpoint").toString();
  private static final String ADMIT = FOLDER.resolve("admit-0.1.0.checkpoint").toString();
  private static final int CUT = 23;

  /** Two sessions, the LFP 30 ms late, so that blocks wait at the cut. */
  private static List<RawRecord> records() {
    List<RawRecord> records = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      TestSession session = new TestSession(name, 7, 300);
      records.addAll(session.spikes(20, 0));
      records.addAll(session.lfp(25, 30));
    }
    records.sort(Comparator.comparingLong(RawRecord::timestampMillis));
    return records;
  }

  private static DecodeHarness open(OperatorSubtaskState state) throws Exception {
    return DecodeHarness.openBeforeAnnouncements(
            state, Map.of("models", model("pinnable"), "shadow-models", model("successor")))
        .horizon(250);
  }

  /** The state holds the path of its model: let it not be that of a checkout. */
  private static String model(String name) throws Exception {
    Path model = Path.of(DecodeHarness.tinyModel(name));
    if (!Boolean.getBoolean("entrain.write")) {
      return model.toString();
    }
    Path folder = Files.createDirectories(Path.of("/tmp/entrain-models"));
    return Files.copy(model, folder.resolve(name + ".onnx"), StandardCopyOption.REPLACE_EXISTING)
        .toString();
  }

  private static List<OutputRecord> untilCut(DecodeHarness harness) throws Exception {
    harness.announce(Terms.withdrawn("pinnable", 260));
    return harness.send(records().subList(0, CUT)).outputs();
  }

  private static List<OutputRecord> afterCut(DecodeHarness harness) throws Exception {
    harness.send(records().subList(CUT, records().size())).horizon(Long.MAX_VALUE);
    return harness.end().outputs();
  }

  @Test
  void theDecoderGoesOnWithStoredSessions() throws Exception {
    if (Boolean.getBoolean("entrain.write")) {
      Files.createDirectories(FOLDER);
      try (DecodeHarness harness = open(null)) {
        untilCut(harness);
        OperatorSnapshotUtil.writeStateHandle(harness.checkpoint(1), DECODE);
      }
    }
    List<OutputRecord> reference;
    int before;
    try (DecodeHarness harness = open(null)) {
      untilCut(harness);
      harness.checkpoint(1);
      before = harness.outputs().size();
      reference = List.copyOf(afterCut(harness));
    }
    try (DecodeHarness harness = open(OperatorSnapshotUtil.readStateHandle(DECODE))) {
      assertThat(harness.stateEntries()).isPositive();
      assertThat(afterCut(harness)).isEqualTo(reference.subList(before, reference.size()));
      List<Decoded> decoded = harness.decoded();
      assertThat(decoded.get(decoded.size() - 1).getComponent(0).getMean()).isEqualTo(15);
      assertThat(harness.shadowed()).isNotEmpty();
    }
  }

  @Test
  void admissionGoesOnWithStoredTermsAndWhatWasNotDecided() throws Exception {
    RawRecord undecided =
        AdmitHarness.record(ModelAnnouncement.newBuilder().setModel("nobody"), 3000);
    Map<String, String> settings = Map.of("models", model("pinnable"));
    ModelAnnouncement.Builder tallied = AdmitHarness.model(model("tallied")).setFreshState(true);
    if (Boolean.getBoolean("entrain.write")) {
      try (AdmitHarness harness = AdmitHarness.open(null, settings)) {
        harness.decide(AdmitHarness.record(tallied, 1000));
        harness.send(AdmitHarness.record(AdmitHarness.model(model("tallied")), 2000));
        harness.send(undecided);
        OperatorSnapshotUtil.writeStateHandle(harness.checkpoint(1), ADMIT);
      }
    }
    try (AdmitHarness harness =
        AdmitHarness.open(OperatorSnapshotUtil.readStateHandle(ADMIT), settings)) {
      List<Announced> decided = harness.decided();
      assertThat(decided).hasSize(2);
      assertThat(decided.get(1).reason()).isEqualTo(Reason.INVALID_FIELD);
      // The terms of the state count: it was in its second epoch.
      assertThat(harness.decide(AdmitHarness.record(tallied, 4000)).term().epoch()).isEqualTo(2);
    }
  }
}
