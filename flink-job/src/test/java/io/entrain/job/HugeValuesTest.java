package io.entrain.job;

import static io.entrain.job.TestSession.LFP;
import static io.entrain.job.TestSession.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.Block;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values that are finite and overflow inside the model cost the panes that hold them. */
class HugeValuesTest {
  @Test
  void aModelThatRemembersForgetsWhatOverflowed() throws Exception {
    TestSession session = new TestSession("s", 1, 400);
    List<RawRecord> records = new ArrayList<>(session.interleaved(20));
    float[] huge = new float[20 * 16];
    Arrays.fill(huge, Float.MAX_VALUE);
    Block block =
        new Block("s", "lfp", 4, 80 * MILLI, 100 * MILLI, null, new Block.Samples(1000, 16, huge));
    records.replaceAll(
        record ->
            record.stream() == LFP && record.timestampMillis() == 100
                ? TestSession.record(LFP, block, 100)
                : record);
    try (DecodeHarness harness =
        DecodeHarness.open(
            null, Map.of("models", DecodeHarness.model("lag-posterior-incremental")))) {
      List<Decoded> decoded = harness.send(records).end().decoded();
      assertThat(decoded).hasSize(20);
      assertThat(decoded.subList(0, 4)).allMatch(HugeValuesTest::isFinite);
      assertThat(decoded.get(4)).matches(pane -> !isFinite(pane));
      assertThat(decoded.subList(5, 20)).allMatch(HugeValuesTest::isFinite);
    }
  }

  private static boolean isFinite(Decoded decoded) {
    return decoded.getComponentList().stream().allMatch(c -> Float.isFinite(c.getMean()));
  }
}
