package io.entrain.cli;

import io.entrain.recording.Session;
import io.entrain.recording.SessionWriter;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulate}: the simulated world, to a folder. */
@Command(
    name = "simulate",
    description = "Simulate sessions whose two clocks do not agree.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain simulate --seconds 1400 --out build/train",
      "  ./entrain simulate --sessions 2,3 --lag-sd-millis 60 --noise 1 --out build/test"
    })
final class Simulate implements Runnable {
  @Mixin WorldOption world;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "Write each session to a folder of its name in FOLDER")
  Path out;

  @Spec CommandSpec spec;

  @Override
  public void run() {
    List<WorldOptions> worlds = world.worlds(LagPlan.NONE);
    PrintWriter print = spec.commandLine().getOut();
    for (WorldOptions options : worlds) {
      Session session = World.session(options);
      Path folder = out.resolve(options.name());
      try {
        SessionWriter.write(session, folder);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write the session to " + folder, e);
      }
      print.println(folder + ": " + options.seconds() + " s, " + session.signals());
      print.flush();
    }
  }
}
