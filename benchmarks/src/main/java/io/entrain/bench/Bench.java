package io.entrain.bench;

import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Machine;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Scale;
import io.entrain.bench.measure.Setting;
import io.entrain.bench.report.Document;
import io.entrain.bench.report.Report;
import io.entrain.bench.report.RowsJson;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./entrain bench}. */
@Command(
    name = "entrain bench",
    description = {
      "Measure the job against its floors and against what a user would take instead: all in one",
      "run, in turn, medians with their range. Nothing fails for being slow."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain bench --quick                               # for every day: under three minutes",
      "  ./entrain bench --list",
      "  ./entrain bench windowing inference --json out.json",
      "  ./entrain bench --document docs/benchmarks.md         # all of them, for the record",
      "",
      "Exit codes: 0 done, 1 it failed, 2 wrong usage."
    })
public final class Bench implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", arity = "0..*", description = "Which ones (default: all)")
  List<String> names = List.of();

  @Option(names = "--quick", description = "Less of everything: three rounds instead of five")
  boolean quick;

  @Option(names = "--list", description = "List the benchmarks")
  boolean list;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the rows to FILE too: name, ours, against, ratio, unit and more")
  Path json;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where table, JSON and plots go (default: build/bench)")
  Path out = Path.of("build/bench");

  @Option(
      names = "--document",
      paramLabel = "FILE",
      description = "Write the table of a full run of all of them into FILE, between its marks")
  Path document;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit")
  boolean help;

  @Spec CommandSpec spec;

  private Bench() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Bench())
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(Bench::usage);
  }

  private static int usage(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("entrain bench: " + e.getMessage());
    err.println("See ./entrain bench --help");
    return ExitCode.USAGE;
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      Catalog.ALL.forEach(each -> say("%-12s %s".formatted(each.name(), each.question())));
      return ExitCode.OK;
    }
    run(chosen());
    return ExitCode.OK;
  }

  private List<Benchmark> chosen() {
    if (document != null && (quick || !names.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(), "--document takes a full run of all benchmarks: no NAME, no --quick");
    }
    try {
      return Catalog.chosen(names);
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(spec.commandLine(), unknown.getMessage(), unknown);
    }
  }

  private void run(List<Benchmark> chosen) throws Exception {
    Machine machine = Machine.here();
    Scale scale = quick ? Scale.QUICK : Scale.FULL;
    Results results = new Results(this::progress);
    long start = System.nanoTime();
    Setting setting =
        new Setting(
            scale,
            Path.of(System.getProperty("entrain.root", ".")).toAbsolutePath().normalize(),
            Files.createDirectories(out).toAbsolutePath());
    for (Benchmark benchmark : chosen) {
      if (quick && names.isEmpty() && benchmark.isForTheRecord()) {
        results.skip(benchmark.name(), "in a full run, or where it is named");
        continue;
      }
      progress(benchmark.name() + ": " + benchmark.question());
      long begin = System.nanoTime();
      benchmark.run(setting, results);
      progress("%s took %d s".formatted(benchmark.name(), seconds(begin)));
    }
    List<String> conditions = new ArrayList<>(machine.lines());
    conditions.addAll(Versions.lines());
    conditions.add(
        "%s run, %d rounds, %d s"
            .formatted(quick ? "quick" : "full", scale.repeats(), seconds(start)));
    write(new Report(results, conditions));
  }

  private static long seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1_000_000_000;
  }

  private void write(Report report) throws Exception {
    report.write(out);
    if (json != null) {
      RowsJson.write(report.results().rows(), json);
    }
    if (document != null) {
      Document.fill(document, report.markdown());
    }
    say(report.markdown());
    say("wrote report.html, results.json, results.md and plots to " + out);
  }

  private void progress(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
