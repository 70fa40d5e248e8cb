package io.entrain.cli;

import io.entrain.view.ControlSettings;
import io.entrain.view.Controls;
import io.entrain.world.LagPlan;
import io.entrain.world.LiveSession;
import io.entrain.world.World;
import io.entrain.world.WorldOptions.Faults;
import java.util.List;
import java.util.Optional;

/** The demo's simulator under the hand of whoever looks at the page. */
final class DemoControls implements Controls {
  /** Beyond the job's default limit of ten seconds, so that a new stretch begins. */
  private static final long JUMP_NANOS = 20_000_000_000L;

  private final List<LiveSession> sessions;

  /** What the lag does where it wanders. */
  private final LagPlan wander;

  private volatile boolean touched;

  DemoControls(List<LiveSession> sessions, LagPlan wander) {
    this.sessions = List.copyOf(sessions);
    this.wander = wander;
  }

  /** Whether anything was ever changed: then panes may be missing and records rejected. */
  boolean touched() {
    return touched;
  }

  @Override
  public List<String> modalities() {
    return List.of(World.SPIKES, World.LFP);
  }

  @Override
  public Optional<ControlSettings> settings(String session) {
    return find(session)
        .map(
            live ->
                new ControlSettings(
                    live.lag().startMillis(),
                    live.lag().wanderSdMillis() > 0,
                    live.faults().jitterMillis(),
                    live.faults().noise(),
                    live.faults().gapsPerMinute(),
                    live.faults().missing()));
  }

  @Override
  public void set(String session, ControlSettings wish) {
    touched = true;
    LagPlan lag =
        new LagPlan(
            wish.lagMillis(),
            wander.driftPpm(),
            wish.wanders() ? wander.wanderSdMillis() : 0,
            wander.wanderSeconds(),
            wander.jumpSeconds(),
            wander.rangeMillis());
    Faults faults =
        new Faults(wish.jitterMillis(), wish.noise(), wish.gapsPerMinute(), wish.unplugged());
    find(session).ifPresent(live -> live.set(lag, faults));
  }

  @Override
  public void jumpClock(String session) {
    touched = true;
    find(session).ifPresent(live -> live.jumpClock(JUMP_NANOS));
  }

  private Optional<LiveSession> find(String session) {
    return sessions.stream().filter(live -> live.name().equals(session)).findFirst();
  }
}
