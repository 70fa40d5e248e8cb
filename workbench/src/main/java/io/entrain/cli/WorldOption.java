package io.entrain.cli;

import io.entrain.world.LagPlan;
import io.entrain.world.WorldOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which sessions the world holds and what goes wrong in them. */
final class WorldOption {
  @Option(
      names = "--subjects",
      split = ",",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Seeds of the subjects: how their sensors work (default: ${DEFAULT-VALUE})")
  List<Long> subjects = List.of();

  @Option(
      names = "--sessions",
      split = ",",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Seeds of each subject's sessions: what happens (default: ${DEFAULT-VALUE})")
  List<Long> sessions = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "Length of each session (default: ${DEFAULT-VALUE})")
  int seconds;

  @Option(
      names = "--noise",
      paramLabel = "SIGMA",
      defaultValue = "0",
      description =
          "White noise of SIGMA times a channel's sd on the LFP, spurious spikes at SIGMA times a"
              + " unit's rate (default: ${DEFAULT-VALUE})")
  double noise;

  @Option(
      names = "--gaps-per-minute",
      paramLabel = "N",
      defaultValue = "0",
      description = "Gaps of 100-300 ms in each modality (default: ${DEFAULT-VALUE})")
  double gapsPerMinute;

  @Option(
      names = "--missing",
      paramLabel = "MODALITY",
      defaultValue = "",
      description = "Leave out spikes or lfp altogether")
  String missing;

  @Mixin LagOption lag;

  /** One world for each subject and session. */
  List<WorldOptions> worlds(LagPlan defaults) {
    List<WorldOptions> worlds = new ArrayList<>();
    for (long subject : subjects) {
      for (long session : sessions) {
        worlds.add(
            new WorldOptions(
                subject,
                session,
                seconds,
                lag.plan(defaults),
                new WorldOptions.Faults(lag.jitterMillis, noise, gapsPerMinute, missing)));
      }
    }
    return worlds;
  }
}
