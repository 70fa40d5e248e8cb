package io.entrain.soak;

import io.entrain.recording.Session;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import io.entrain.world.WorldOptions.Faults;
import java.util.ArrayList;
import java.util.List;

/**
 * Sessions of the simulated world, as long as the longest visit, which the visits play under names
 * and clocks of their own: lags that wander and jump, jitter of packets, noise and gaps.
 */
final class Tapes {
  private static final long SUBJECT = 1;
  private static final LagPlan LAG = new LagPlan(0, 0, 60, 20, 60, 150);
  private static final double JITTER_MILLIS = 8;
  private static final double GAPS_PER_MINUTE = 6;

  private Tapes() {}

  static List<Session> simulate(long seed, int seconds) {
    List<Session> tapes = new ArrayList<>();
    for (int i = 0; i < Timetable.TAPES; i++) {
      Faults faults = new Faults(JITTER_MILLIS, i % 3 * 0.5, GAPS_PER_MINUTE, "");
      long session = (long) Math.floorMod(seed, 1 << 20) * Timetable.TAPES + i;
      tapes.add(World.session(new WorldOptions(SUBJECT, session, seconds, LAG, faults)));
    }
    return tapes;
  }
}
