package io.entrain.cli;

import io.entrain.fuzz.FuzzOptions;
import io.entrain.fuzz.FuzzReport;
import io.entrain.fuzz.FuzzRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fuzz}: broken records through the job, and an account of each. */
@Command(
    name = "fuzz",
    sortOptions = false,
    description = {
      "Send good and broken records through a broker and the job, both in this process, and account",
      "for each: decoded, or on the dead-letter topic whole and for the right reason. The job may not",
      "restart. The same seed sends the same records. Exit code 1 where one is not accounted for."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain fuzz",
      "  ./entrain fuzz --seed 7 --records 1000000",
      "  ./entrain fuzz --model my-model.onnx --mutants 0.9"
    })
final class Fuzz implements Callable<Integer> {
  private static final double MIB = 1 << 20;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides what is sent (default: ${DEFAULT-VALUE})")
  long seed;

  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "20000",
      description = "How many are sent (default: ${DEFAULT-VALUE})")
  long records;

  @Option(
      names = "--mutants",
      paramLabel = "SHARE",
      defaultValue = "0.4",
      description = "Share of blocks with a mutant in their place or beside them (default: 0.4)")
  double mutants;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "ONNX file that decodes (default: the lag-posterior model, incremental form)")
  Path model;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "Subtasks of the job and partitions of its topics (default: 2)")
  int parallelism;

  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Path file = model != null ? model : Installation.model("lag-posterior-incremental");
    FuzzOptions options = new FuzzOptions(file, seed, records, mutants, parallelism);
    ProgressBar sending = new ProgressBar("sending ", "records", out);
    ProgressBar decoding = new ProgressBar("decoding", "records", out);
    try (Interruption interruption = Interruption.watch()) {
      FuzzRun.Progress progress =
          (part, done, total) ->
              (part == FuzzRun.Part.SENDING ? sending : decoding).show(done, total);
      FuzzReport report = new FuzzRun(options, progress, interruption::asked).run();
      if (interruption.asked()) {
        return 130;
      }
      lines(report).forEach(out::println);
      out.flush();
      return report.isClean() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private static List<String> lines(FuzzReport report) {
    List<Long> heap = report.heapBytes();
    List<String> lines =
        new ArrayList<>(
            List.of(
                line(
                    "%,d records in %.0f s: %,d used, %,d dead letters, %,d not accounted for",
                    report.sent(),
                    report.seconds(),
                    report.used(),
                    report.refused(),
                    report.wrong()),
                line("dead letters by reason: %s", report.reasons()),
                line(
                    "%,d panes decoded, %,d of them with an estimate that is not finite",
                    report.decoded(), report.notFinite()),
                line(
                    "heap in use after a collection: %.0f MiB at the first measurement, %.0f MiB in the middle, %.0f MiB at the end",
                    heap.get(0) / MIB,
                    heap.get(heap.size() / 2) / MIB,
                    heap.get(heap.size() - 1) / MIB),
                report.failure().isEmpty()
                    ? "the job did not restart"
                    : "the job failed: " + report.failure()));
    lines.addAll(report.findings());
    return lines;
  }

  private static String line(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
