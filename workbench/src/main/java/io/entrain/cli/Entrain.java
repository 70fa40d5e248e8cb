package io.entrain.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The commands of {@code ./entrain}. Those of Python ({@code train}, {@code test}) are the
 * launcher's.
 */
@Command(
    name = "entrain",
    synopsisSubcommandLabel = "COMMAND",
    description = "Aligns and decodes sensor streams whose clocks do not agree, Kafka to Kafka.",
    subcommands = {
      Demo.class,
      View.class,
      Run.class,
      Swap.class,
      Broker.class,
      Simulate.class,
      Replay.class,
      Experiment.class,
      Compare.class,
      Fuzz.class,
      Soak.class,
      Chaos.class
    },
    footerHeading = "%nCommands of the launcher:%n",
    footer = {
      "  train      Train and export the models (in Python)",
      "  evaluate   Score exported models on session folders (in Python)",
      "  study      Real recordings: train, score and write tables (in Python)",
      "  bench      Measure the job against its floors and rivals",
      "  test       Run every test, Java and Python",
      "",
      "Examples:",
      "  ./entrain demo",
      "  ./entrain demo --headless --seconds 60 --summary out.json",
      "  ./entrain COMMAND --help",
      "",
      "Exit codes: 0 done, 1 it failed, 2 wrong usage, 130 interrupted."
    })
public final class Entrain {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit")
  boolean help;

  private Entrain() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line with all commands; usage errors are one line and a hint on standard error. */
  static CommandLine commandLine() {
    return new CommandLine(new Entrain())
        .setUsageHelpWidth(100)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Problems::usage)
        .setExecutionExceptionHandler(Problems::failure);
  }
}
