package io.entrain.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.recording.EventSignal;
import io.entrain.recording.Session;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InjectedLagTest {
  private static final long SECOND = 1_000_000_000L;
  private final Session recording = World.session(WorldOptions.clean(2, 1, 20));

  @Test
  void aConstantLagMovesTheEventsAndNothingElse() {
    Session delayed = new InjectedLag(World.SPIKES, LagPlan.constant(400), 0, 1).into(recording);
    assertThat(delayed.span().startNanos()).isEqualTo(SECOND);
    assertThat(delayed.span().endNanos()).isEqualTo(19 * SECOND);
    long[] expected =
        Arrays.stream(((EventSignal) recording.signal(World.SPIKES)).nanos())
            .map(nanos -> nanos + 400_000_000)
            .filter(delayed.span()::contains)
            .toArray();
    assertThat(((EventSignal) delayed.signal(World.SPIKES)).nanos()).isEqualTo(expected);
    assertThat(delayed.signal(World.LFP))
        .isEqualTo(recording.between(delayed.span()).signal(World.LFP));
    assertThat(delayed.labels()).isEqualTo(recording.labels());
    assertThat(delayed.lag().of()).isEqualTo(World.SPIKES);
    assertThat(delayed.lag().millis()).containsOnly(400);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theSameSeedGivesTheSameDelaysAndAnotherSeedOthers(long seed) {
    LagPlan plan = LagPlan.wandering(100, 400);
    Session once = new InjectedLag(World.SPIKES, plan, 8, seed).into(recording);
    assertThat(new InjectedLag(World.SPIKES, plan, 8, seed).into(recording)).isEqualTo(once);
    assertThat(new InjectedLag(World.SPIKES, plan, 8, seed + 1).into(recording).lag())
        .isNotEqualTo(once.lag());
  }

  @Test
  void refusesSamplesUnknownStreamsAndLagsLongerThanTheSession() {
    assertThatThrownBy(() -> new InjectedLag(World.LFP, LagPlan.NONE, 0, 1).into(recording))
        .hasMessageContaining("only into events");
    assertThatThrownBy(() -> new InjectedLag("ecg", LagPlan.NONE, 0, 1).into(recording))
        .hasMessageContaining("no modality 'ecg', it has [spikes, lfp]");
    assertThatThrownBy(
            () -> new InjectedLag(World.SPIKES, LagPlan.constant(11_000), 0, 1).into(recording))
        .hasMessageContaining("shorter than twice the reach");
  }
}
