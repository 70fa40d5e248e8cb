package io.entrain.cli;

import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
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
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulate}: sessions of the simulated world, to Kafka or to folders. */
@Command(
    name = "simulate",
    description = {
      "Simulate sessions of two sensors, spikes and LFP, whose clocks do not agree.",
      "The same seeds give the same sessions everywhere. The LFP's clock is the reference."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain simulate --bootstrap localhost:9092 --lag-sd-millis 60 --seconds 60",
      "  ./entrain simulate --bootstrap localhost:9092 --subjects 1,2 --speed max",
      "  ./entrain simulate --out build/train --seconds 1400",
      "  ./entrain simulate --out build/test --sessions 2,3 --lag-sd-millis 60 --noise 1"
    })
final class Simulate implements Runnable {
  @ArgGroup(multiplicity = "1")
  Destination destination;

  /** Where the sessions go. */
  static final class Destination {
    @ArgGroup(exclusive = false)
    SendOption kafka;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "FOLDER",
        description = "Write each session to a folder of its name in FOLDER")
    Path out;
  }

  @Mixin WorldOption world;
  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public void run() {
    List<WorldOptions> worlds = world.worlds(LagPlan.NONE);
    if (destination.out != null) {
      worlds.forEach(this::write);
    } else {
      send(worlds);
    }
  }

  private void write(WorldOptions options) {
    Session session = World.session(options);
    Path folder = destination.out.resolve(options.name());
    try {
      SessionWriter.write(session, folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the session to " + folder, e);
    }
    say(folder + ": " + options.seconds() + " s, " + session.signals());
  }

  private void send(List<WorldOptions> worlds) {
    try (Interruption interruption = Interruption.watch();
        Sender sender = destination.kafka.open(List.of(World.SPIKES, World.LFP))) {
      Playback playback = new Playback();
      for (WorldOptions options : worlds) {
        Session session = World.session(options);
        String id = destination.kafka.id(session);
        playback.add(session, id, destination.kafka.blockNanos());
        say("session " + id + ": " + options.seconds() + " s, " + session.signals());
      }
      destination.kafka.send(
          sender, playback, world.seconds * 1_000_000_000L, interruption, this::say);
    }
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
