package io.entrain.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.contract.ModelContract;
import io.entrain.inference.Provider;
import io.entrain.job.JobModel;
import io.entrain.soak.SessionBook.Balance;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.Format;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Presence;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import io.entrain.world.World;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every block is decoded, or a dead letter, or missed by the ledger. */
class LedgerTest {
  private static final ModelContract CONTRACT =
      JobModel.open(
              List.of(
                  Path.of(
                          System.getProperty("entrain.root"),
                          "model/trained/lag-posterior-incremental.onnx")
                      .toString()),
              Provider.CPU)
          .get(0)
          .contract();
  private static final long HOP = CONTRACT.hopNanos();

  private final Ledger ledger = new Ledger(CONTRACT);

  @BeforeEach
  void threePanesAreSent() {
    for (int pane = 0; pane < 3; pane++) {
      ledger.sent(spikes(pane));
    }
  }

  @Test
  void whatIsSeenInDecodedPanesIsAccountedFor() {
    decode(0, 1);
    decode(1, 1);
    decode(2, 1);
    assertThat(settled()).isEqualTo(new Balance(3, 0, 0, 3, 0, 0));
    assertThat(ledger.totals().findings()).isEmpty();
    assertThat(ledger.open()).isEmpty();
  }

  @Test
  void aPaneWithoutTheStreamShowsNoBlock() {
    decode(0, 1);
    decode(1, 0);
    decode(2, 1);
    assertThat(settled().lost()).isEqualTo(1);
    assertThat(ledger.totals().findings()).hasSize(1);
  }

  @Test
  void aDeadLetterAccountsForItsBlock() {
    decode(0, 1);
    decode(1, 0);
    decode(2, 1);
    refuse(spikes(1));
    assertThat(settled()).isEqualTo(new Balance(3, 1, 0, 3, 0, 0));
    assertThat(ledger.totals().reasons()).containsEntry(Reason.TOO_LATE.name(), 1L);
  }

  @Test
  void holesAndRepeatsAreCounted() {
    decode(0, 1);
    decode(2, 1);
    decode(2, 1);
    refuse(spikes(1));
    refuse(spikes(1));
    assertThat(settled()).isEqualTo(new Balance(3, 2, 0, 2, 1, 2));
  }

  @Test
  void outputOfASessionThatIsOverIsAStray() {
    decode(0, 1);
    settled();
    decode(3, 1);
    refuse(spikes(1));
    assertThat(ledger.totals().strays()).isEqualTo(2);
  }

  private Balance settled() {
    ledger.settle(Set.of("s", "never-there"));
    return ledger.totals().balance();
  }

  private static Block spikes(long pane) {
    Block.Events events = new Block.Events(new long[0], new int[0], new float[0]);
    return new Block("s", World.SPIKES, pane, pane * HOP, (pane + 1) * HOP, events, null);
  }

  private void decode(long pane, float share) {
    Decoded.Builder decoded =
        Decoded.newBuilder().setSession("s").setWindowEndNanos((pane + 1) * HOP);
    CONTRACT
        .modalities()
        .forEach(
            modality ->
                decoded.addPresence(
                    Presence.newBuilder()
                        .setModality(modality.name())
                        .setShare(modality.name().equals(World.SPIKES) ? share : 0)));
    ledger.decoded(decoded.build());
  }

  private void refuse(Block block) {
    byte[] value = new BlockCodec().encode(block, Format.PROTOBUF);
    ledger.letter(
        Rejected.newBuilder()
            .setReason(Reason.TOO_LATE)
            .setValue(com.google.protobuf.ByteString.copyFrom(value))
            .build());
  }
}
