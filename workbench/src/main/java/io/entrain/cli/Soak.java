package io.entrain.cli;

import io.entrain.soak.SoakPlan;
import io.entrain.soak.SoakReport;
import io.entrain.soak.SoakResult;
import io.entrain.soak.SoakRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code soak}: a day of event time at full speed, memory, threads and state watched. */
@Command(
    name = "soak",
    sortOptions = false,
    description = {
      "Replay hours of event time at full speed through a broker and the job, which has a process of",
      "its own, with sessions that come and go, lags that wander, gaps, and streams that are away for",
      "a while. Watches the job's heap, native memory, threads and state, and accounts for every",
      "block. Exit code 1 where memory or threads grow, state of ended sessions is left, a block is",
      "not accounted for, or the job fails."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain soak",
      "  ./entrain soak --hours 0.2 --seed 3",
      "  ./entrain soak --hours 24 --sessions 8 --job session-timeout-millis=60000"
    })
final class Soak implements Callable<Integer> {
  private static final double MIB = 1 << 20;

  @Option(
      names = "--hours",
      paramLabel = "H",
      defaultValue = "24",
      description = "Event time to replay (default: ${DEFAULT-VALUE})")
  double hours;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Most sessions at the same time; on average a quarter of them is there (default: ${DEFAULT-VALUE})")
  int sessions;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides what is sent (default: ${DEFAULT-VALUE})")
  long seed;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "ONNX file that decodes (default: the lag-posterior model, incremental form)")
  Path model;

  @Option(
      names = "--job",
      paramLabel = "SETTING=VALUE",
      description = "Further settings of the job, for example delivery=exactly-once")
  Map<String, String> job = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "build/soak",
      description = "Where report and log go (default: ${DEFAULT-VALUE})")
  Path out;

  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    Path file = model != null ? model : Installation.model("lag-posterior-incremental");
    SoakPlan plan = new SoakPlan(file, hours, sessions, seed, out, job);
    PrintWriter console = spec.commandLine().getOut();
    ProgressBar bar = new ProgressBar("decoding", "min of event time", console);
    try (Interruption interruption = Interruption.watch()) {
      SoakRun.Watch watch =
          new SoakRun.Watch(
              millis -> bar.show(millis / 60_000, (long) (hours * 60)), interruption::await);
      SoakResult result = new SoakRun(plan, watch).run();
      console.println(line(result));
      result.problems().forEach(console::println);
      console.println("wrote " + SoakReport.write(plan, result));
      console.flush();
      if (interruption.asked()) {
        return 130;
      }
      return result.passed() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private static String line(SoakResult result) {
    return String.format(
        Locale.ROOT,
        "%s in %.0f s: %,d sessions ended, %,d blocks sent, %,d panes, %,d dead letters, %.0f MiB of topics at most",
        result.passed() ? "passed" : "FAILED",
        result.seconds(),
        result.sessions(),
        result.blocks(),
        result.panes(),
        result.letters(),
        result.mostDiskBytes() / MIB);
  }
}
