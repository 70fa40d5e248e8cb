package io.entrain.cli;

import io.entrain.world.LagPlan;
import picocli.CommandLine.Option;

/**
 * How the lag of the second clock moves; an option that is not given keeps the command's default.
 */
final class LagOption {
  @Option(
      names = "--lag-millis",
      paramLabel = "MS",
      description = "Level of the lag; positive is stamped late (default: 0)")
  Double millis;

  @Option(
      names = "--lag-sd-millis",
      paramLabel = "MS",
      description =
          "The lag wanders about its level (Ornstein-Uhlenbeck) with this sd (default: 0)")
  Double sdMillis;

  @Option(
      names = "--lag-tau-seconds",
      paramLabel = "S",
      description = "Time constant of the wandering (default: simulate 20, replay 120)")
  Double tauSeconds;

  @Option(
      names = "--lag-range-millis",
      paramLabel = "MS",
      description = "Bound on the lag, either way (default: simulate 150, replay 400)")
  Double rangeMillis;

  @Option(
      names = "--lag-jump-seconds",
      paramLabel = "S",
      description = "The lag jumps within its range, on average this often (default: never)")
  Double jumpSeconds;

  @Option(
      names = "--drift-ppm",
      paramLabel = "PPM",
      description = "The clock runs fast by this much; 1000 ppm is 1 ms a second (default: 0)")
  Double driftPpm;

  @Option(
      names = "--jitter-millis",
      paramLabel = "MS",
      defaultValue = "0",
      description =
          "Each 20 ms packet is shifted on its own, with this sd (default: ${DEFAULT-VALUE})")
  double jitterMillis;

  LagPlan plan(LagPlan defaults) {
    return new LagPlan(
        either(millis, defaults.startMillis()),
        either(driftPpm, defaults.driftPpm()),
        either(sdMillis, defaults.wanderSdMillis()),
        either(tauSeconds, defaults.wanderSeconds()),
        either(jumpSeconds, defaults.jumpSeconds()),
        either(rangeMillis, defaults.rangeMillis()));
  }

  private static double either(Double given, double otherwise) {
    return given == null ? otherwise : given;
  }

  /** Whether any of the options asks for a lag or a jitter. */
  boolean given() {
    return millis != null
        || sdMillis != null
        || jumpSeconds != null
        || driftPpm != null
        || jitterMillis > 0;
  }
}
