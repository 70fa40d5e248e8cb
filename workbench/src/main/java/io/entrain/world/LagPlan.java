package io.entrain.world;

import io.entrain.recording.Span;

/**
 * How the lag of a session moves: clip(start + wander + jumps, ±range) + drift · t.
 *
 * @param startMillis level about which it moves
 * @param driftPpm slope of the clock; 1000 ppm is 1 ms a second
 * @param wanderSdMillis sd of the Ornstein–Uhlenbeck part, 0 for none
 * @param wanderSeconds its time constant
 * @param jumpSeconds mean wait between jumps to a level uniform in ±range, 0 for none
 * @param rangeMillis bound on all but the drift
 */
public record LagPlan(
    double startMillis,
    double driftPpm,
    double wanderSdMillis,
    double wanderSeconds,
    double jumpSeconds,
    double rangeMillis) {
  public static final LagPlan NONE = new LagPlan(0, 0, 0, 20, 0, 150);

  public LagPlan {
    if (Math.abs(startMillis) > rangeMillis) {
      throw new IllegalArgumentException(
          "lag of "
              + startMillis
              + " ms lies outside its range of ±"
              + rangeMillis
              + " ms; widen the range");
    }
    if (wanderSdMillis < 0 || jumpSeconds < 0 || wanderSeconds <= 0) {
      throw new IllegalArgumentException(
          "lag sd "
              + wanderSdMillis
              + " ms, time constant "
              + wanderSeconds
              + " s, jumps every "
              + jumpSeconds
              + " s: want an sd and jumps of at least 0 and a time constant above 0");
    }
  }

  public static LagPlan constant(double millis) {
    return new LagPlan(millis, 0, 0, 20, 0, Math.max(150, Math.abs(millis)));
  }

  /** The wander of the tracking test in {@code simulation.md}: time constant 20 s. */
  public static LagPlan wandering(double sdMillis, double rangeMillis) {
    return new LagPlan(0, 0, sdMillis, 20, 0, rangeMillis);
  }

  /** The path under a seed; {@code span} bounds where it moves, and it stays level outside. */
  public LagPath path(long seed, Span span) {
    LagPath path = LagPath.ramp(startMillis, 0);
    if (wanderSdMillis > 0) {
      path = path.plus(LagPath.wandering(seed, span, wanderSdMillis, wanderSeconds));
    }
    if (jumpSeconds > 0) {
      path = path.plus(LagPath.jumping(seed, span, rangeMillis, jumpSeconds));
    }
    return path.within(rangeMillis).plus(LagPath.ramp(0, driftPpm));
  }
}
