package io.entrain.world;

import io.entrain.world.Draw.Purpose;
import io.entrain.world.Subject.Unit;
import java.util.stream.IntStream;

/**
 * The spikes of a subject's units in true time: log λ = μ + w·u + ws·|u| + B·c + 0.15 slow drift,
 * less the adaptation to the unit's own spikes (30 ms); none within 3 ms of the last
 * (refractoriness).
 */
final class SpikeTrains {
  private static final int REFRACTORY_MILLIS = 3;
  private static final double ADAPTATION_MILLIS = 30;

  /** Fall of the log rate just after a spike: an eighth fewer spikes at 15 Hz, a third at 60 Hz. */
  private static final double ADAPTATION_STEP = .3;

  private static final double SLOW_DRIFT = .15;
  private static final double SLOW_DRIFT_SECONDS = 30;
  private static final int SLOW_DRIFT_STEP_MILLIS = 100;

  private SpikeTrains() {}

  /** True times in nanoseconds, ascending, for each unit. */
  static long[][] draw(Subject subject, long seed, Grid grid, Latents latents) {
    double[] speed = new double[grid.size()];
    for (int t = 0; t < speed.length; t++) {
      speed[t] = latents.speed(t);
    }
    return IntStream.range(0, subject.units().size())
        .parallel()
        .mapToObj(i -> train(subject.units().get(i), new Seed(seed, i), grid, latents, speed))
        .toArray(long[][]::new);
  }

  private record Seed(long seed, int unit) {
    Draw draw(Purpose purpose) {
      return Draw.of(seed, purpose, unit);
    }
  }

  private static long[] train(Unit unit, Seed seed, Grid grid, Latents latents, double[] speed) {
    Draw draw = seed.draw(Purpose.SPIKES);
    double[] slow = slowDrift(seed.draw(Purpose.SLOW_DRIFT), grid.size());
    double base = StrictMath.log(unit.rateHz() / 1000);
    double decay = StrictMath.exp(-1 / ADAPTATION_MILLIS);
    double adaptation = 0;
    int last = -REFRACTORY_MILLIS;
    LongBuffer times = new LongBuffer();
    for (int t = 0; t < grid.size(); t++) {
      double chance = draw.uniform();
      adaptation *= decay;
      if (t - last < REFRACTORY_MILLIS) {
        continue;
      }
      double log =
          base
              + drive(unit, latents, t)
              + unit.speed() * speed[t]
              + slow[t / SLOW_DRIFT_STEP_MILLIS]
              - adaptation;
      double probability = Math.min(.5, StrictMath.exp(log));
      if (chance < probability) {
        // The draw that decided also places the spike inside its millisecond: uniform, given that
        // it fell below.
        times.add(grid.nanosAt(t) + (long) (chance / probability * 1e6));
        adaptation += ADAPTATION_STEP;
        last = t;
      }
    }
    return times.toArray();
  }

  private static double drive(Unit unit, Latents latents, int t) {
    double sum =
        unit.velocity()[0] * latents.velocity()[0][t]
            + unit.velocity()[1] * latents.velocity()[1][t];
    for (int k = 0; k < Latents.BURSTS; k++) {
      sum += unit.bursts()[k] * latents.bursts()[k][t];
    }
    return sum;
  }

  private static double[] slowDrift(Draw draw, int size) {
    double keep = StrictMath.exp(-SLOW_DRIFT_STEP_MILLIS / (1000 * SLOW_DRIFT_SECONDS));
    double[] path = new double[size / SLOW_DRIFT_STEP_MILLIS + 1];
    double value = draw.gaussian();
    for (int i = 0; i < path.length; i++) {
      path[i] = SLOW_DRIFT * value;
      value = keep * value + StrictMath.sqrt(1 - keep * keep) * draw.gaussian();
    }
    return path;
  }
}
