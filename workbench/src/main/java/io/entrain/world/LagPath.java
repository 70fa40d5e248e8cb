package io.entrain.world;

import io.entrain.recording.Span;
import io.entrain.world.Draw.Purpose;

/** The lag τ over true time: an event at s is stamped s + τ(s). */
@FunctionalInterface
public interface LagPath {
  double millisAt(long trueNanos);

  LagPath NONE = nanos -> 0;

  default LagPath plus(LagPath other) {
    return nanos -> millisAt(nanos) + other.millisAt(nanos);
  }

  default LagPath within(double rangeMillis) {
    return nanos -> Math.max(-rangeMillis, Math.min(rangeMillis, millisAt(nanos)));
  }

  /**
   * A straight line through {@code millis} at time 0; a clock that drifts by 1000 ppm gains 1 ms a
   * second.
   */
  static LagPath ramp(double millis, double driftPpm) {
    return nanos -> millis + driftPpm * 1e-12 * nanos;
  }

  /** An Ornstein–Uhlenbeck path: exact at knots 100 ms apart, straight between them. */
  static LagPath wandering(long seed, Span span, double sdMillis, double timeConstantSeconds) {
    long stepNanos = 100_000_000L;
    double keep = StrictMath.exp(-.1 / timeConstantSeconds);
    Draw draw = Draw.of(seed, Purpose.LAG, 0);
    double[] knots = new double[(int) (span.nanos() / stepNanos) + 2];
    double value = draw.gaussian();
    for (int i = 0; i < knots.length; i++) {
      knots[i] = sdMillis * value;
      value = keep * value + StrictMath.sqrt(1 - keep * keep) * draw.gaussian();
    }
    return nanos -> {
      double place =
          Math.max(
              0, Math.min(knots.length - 1.0, (nanos - span.startNanos()) / (double) stepNanos));
      int knot = Math.min(knots.length - 2, (int) place);
      return knots[knot] + (place - knot) * (knots[knot + 1] - knots[knot]);
    };
  }

  /** Piecewise constant, uniform in ±range, with jumps at exponential waits. */
  static LagPath jumping(long seed, Span span, double rangeMillis, double meanWaitSeconds) {
    Draw draw = Draw.of(seed, Purpose.LAG, 1);
    java.util.TreeMap<Long, Double> levels = new java.util.TreeMap<>();
    for (long at = span.startNanos();
        at < span.endNanos();
        at += 1 + (long) draw.exponential(meanWaitSeconds * 1e9)) {
      levels.put(at, draw.uniform(-rangeMillis, rangeMillis));
    }
    double first = levels.firstEntry().getValue();
    return nanos -> {
      var level = levels.floorEntry(nanos);
      return level == null ? first : level.getValue();
    };
  }
}
