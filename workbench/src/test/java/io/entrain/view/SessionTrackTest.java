package io.entrain.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Lag;
import io.entrain.wire.v1.Presence;
import org.junit.jupiter.api.Test;

class SessionTrackTest {
  private final SessionTrack track = new SessionTrack("one");

  private void keep(int count, long mostBytes) {
    for (int i = 0; i < count; i++) {
      track.keep(TopicKind.SIGNAL, "entrain.spikes", new byte[900], null, mostBytes);
    }
  }

  @Test
  void givesAReaderWhatCameSinceItLastAsked() {
    keep(3, 1 << 20);
    assertThat(track.after(0)).extracting(Entry::number).containsExactly(1L, 2L, 3L);
    keep(2, 1 << 20);
    assertThat(track.after(3)).extracting(Entry::number).containsExactly(4L, 5L);
    assertThat(track.after(5)).isEmpty();
  }

  @Test
  void neverHoldsMoreThanItsShareHoweverMuchComes() {
    keep(10_000, 5_000);
    assertThat(track.after(0))
        .extracting(Entry::number)
        .containsExactly(9996L, 9997L, 9998L, 9999L, 10_000L);
  }

  private static SessionNow now(boolean silent, float lfp, float headroom, float sdMillis) {
    Decoded decoded =
        Decoded.newBuilder()
            .addPresence(Presence.newBuilder().setModality("lfp").setShare(lfp))
            .setLag(Lag.newBuilder().setSdMillis(sdMillis))
            .build();
    return new SessionNow("one", decoded, headroom, silent ? 10_000 : 0);
  }

  @Test
  void ranksSilenceAboveAMissingStreamAboveLowHeadroomAboveAnUncertainLag() {
    assertThat(now(true, 1, 5, 0).concern()).isGreaterThan(now(false, 0, -9, 50).concern());
    assertThat(now(false, 0, 9, 0).concern()).isGreaterThan(now(false, 1, -9, 50).concern());
    assertThat(now(false, 1, -1, 0).concern()).isGreaterThan(now(false, 1, 1, 50).concern());
    assertThat(now(false, 1, 1, 40).concern()).isGreaterThan(now(false, 1, 1, 4).concern());
  }

  @Test
  void standsAsTheModelThatFindsALagSays() {
    Decoded aligns =
        Decoded.newBuilder().setModel("aligns").setLag(Lag.newBuilder().setMillis(42)).build();
    track.stand(aligns, 1);
    track.stand(Decoded.newBuilder().setModel("fuses").setWindowEndNanos(20_000_000).build(), 2);
    assertThat(track.now(2).newest().getModel()).isEqualTo("aligns");
    assertThat(track.spark()).containsExactly(42f);
  }

  @Test
  void takesNoHeadroomFromAWindowThatIsNotFull() {
    track.stand(Records.decoded("one", 1, 42, 1).setWarmingUp(true).build(), 1);
    assertThat(track.now(1).headroom()).isNaN();
    track.stand(Records.decoded("one", 2, 42, 1).build(), 2);
    assertThat(track.now(2).headroom()).isEqualTo(1.5);
  }
}
