package io.entrain.cli;

import io.entrain.experiment.Experiment.Outcome;
import io.entrain.experiment.Places;
import io.entrain.experiment.ShippedPlans;
import io.entrain.experiment.Watcher;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code experiment}: a grid of conditions through the job, and a report. */
@Command(
    name = "experiment",
    description = {
      "Run a noise-robustness experiment: each condition of a plan is a session of its own, all of",
      "them one stream through the production job in this process; the report is one HTML file.",
      "What was decoded is kept, so that a run that was stopped goes on where it was."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain experiment quick                                # all of them, small: under 3 minutes",
      "  ./entrain experiment --list",
      "  ./entrain experiment alignment --out build/alignment",
      "  ./entrain experiment real-reaching --data ~/m1            # the folder of m1_reaching_50ms.csv.gz",
      "  ./entrain experiment my-plan.yaml --models build/trained",
      "  ./entrain compare build/experiments/alignment build/alignment-of-yesterday --out build/difference"
    })
final class Experiment implements Runnable {
  @Parameters(
      paramLabel = "PLAN",
      arity = "0..1",
      description = "Name of a plan that comes with Entrain, or a YAML file")
  String plan;

  @Option(names = "--list", description = "List the plans that come with Entrain")
  boolean list;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where scores and report go (default: build/experiments/PLAN)")
  Path out;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Where the files of recordings are (default: beside their descriptions)")
  Path data;

  @Option(
      names = "--models",
      paramLabel = "FOLDER",
      description = "Look for models here before model/trained")
  Path models;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "1",
      description = "Subtasks of the job (default: ${DEFAULT-VALUE})")
  int parallelism;

  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public void run() {
    ShippedPlans shipped = new ShippedPlans(Installation.root().resolve("workbench/plans"));
    if (list) {
      shipped.lines().forEach(this::say);
      return;
    }
    if (plan == null) {
      throw new ParameterException(
          spec.commandLine(), "name a plan, for example quick, or one of " + shipped.names());
    }
    Path file = shipped.file(plan);
    String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    Path folder = out == null ? Path.of("build/experiments").resolve(name) : out;
    Places places = new Places(Installation.root(), data, models);
    try (Interruption interruption = Interruption.watch()) {
      Outcome outcome =
          new io.entrain.experiment.Experiment(file, places, folder)
              .run(parallelism, new Screen(interruption, spec.commandLine().getErr()));
      if (outcome == null) {
        say("stopped; the same command goes on from here");
        return;
      }
      say(outcome.skipped() == null ? outcome.answer() : "skipped: " + outcome.skipped());
      if (outcome.windowsPerSecond() != null) {
        say("the job decoded %.0f windows a second".formatted(outcome.windowsPerSecond()));
      }
      say("wrote " + outcome.report() + ", report.json, points.csv, sessions.csv and scores.json");
    }
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  /** Progress on standard error. */
  private static final class Screen implements Watcher {
    private final Interruption interruption;
    private final ProgressBar sending;
    private final ProgressBar decoding;

    Screen(Interruption interruption, PrintWriter err) {
      this.interruption = interruption;
      sending = new ProgressBar("sending ", "sessions", err);
      decoding = new ProgressBar("decoding", "windows", err);
    }

    @Override
    public boolean stops(Duration duration) {
      return interruption.await(duration);
    }

    @Override
    public void sending(long done, long total) {
      sending.show(done, total);
    }

    @Override
    public void decoding(long done, long total) {
      decoding.show(done, total);
    }
  }
}
