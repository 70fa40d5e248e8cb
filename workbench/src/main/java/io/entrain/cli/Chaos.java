package io.entrain.cli;

import io.entrain.chaos.ChaosPlan;
import io.entrain.chaos.ChaosReport;
import io.entrain.chaos.ChaosResult;
import io.entrain.chaos.ChaosRun;
import io.entrain.chaos.FaultKind;
import io.entrain.chaos.Schedule;
import io.entrain.job.Delivery;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code chaos}: kills parts of a real cluster and checks that nothing of the output differs. */
@Command(
    name = "chaos",
    sortOptions = false,
    description = {
      "Run the job on a cluster of real processes, disturb it by a schedule of faults that the seed",
      "gives, and compare what was delivered with the undisturbed run of the same input, bit by bit.",
      "Exit code 1 where anything was lost, duplicated, reordered, torn or wrong."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain chaos --seed 1 --runs 3",
      "  ./entrain chaos --seed 7 --faults taskmanager-kill,broker-kill",
      "  ./entrain chaos --seed 7 --faults taskmanager-kill,model-swap",
      "  ./entrain chaos --seed 7 --parallelism 2 --partitions 2",
      "  ./entrain chaos --seed 7 --delivery at-least-once --dry-run"
    })
final class Chaos implements Callable<Integer> {
  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the first run's input and faults (default: ${DEFAULT-VALUE})")
  long seed;

  @Option(
      names = "--runs",
      defaultValue = "1",
      description = "Runs, each with the seed after the one before it (default: ${DEFAULT-VALUE})")
  int runs;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "Length of each run's sessions, sent in real time (default: ${DEFAULT-VALUE})")
  int seconds;

  @Option(
      names = "--sessions",
      defaultValue = "2",
      description = "Sessions at the same time (default: ${DEFAULT-VALUE})")
  int sessions;

  @Option(
      names = "--parallelism",
      defaultValue = "1",
      description =
          "Of the job; one slot and TaskManager each, and a spare (default: ${DEFAULT-VALUE})")
  int parallelism;

  @Option(
      names = "--partitions",
      defaultValue = "1",
      description = "Of every topic of input and output (default: ${DEFAULT-VALUE})")
  int partitions;

  @Option(
      names = "--delivery",
      defaultValue = "exactly-once",
      converter = DeliveryConverter.class,
      paramLabel = "exactly-once|at-least-once",
      description =
          "Of the job; at least once, repeats must be the same to the bit (default: exactly-once)")
  Delivery delivery;

  @Option(
      names = "--faults",
      split = ",",
      converter = KindConverter.class,
      paramLabel = "KIND",
      description = "Kinds of faults that may happen, of ${COMPLETION-CANDIDATES} (default: all)",
      completionCandidates = KindNames.class)
  Set<FaultKind> kinds = EnumSet.allOf(FaultKind.class);

  @Option(
      names = "--job",
      paramLabel = "SETTING=VALUE",
      description = "Further settings of the job, for example allowed-lateness-millis=2000")
  Map<String, String> job = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "build/chaos",
      description = "Where reports and logs go (default: ${DEFAULT-VALUE})")
  Path out;

  @Option(names = "--dry-run", description = "Print the schedules and do nothing")
  boolean dryRun;

  @Mixin LogOption log;
  @Spec CommandSpec spec;

  /** The words of the kinds. */
  static final class KindNames extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    KindNames() {
      super(EnumSet.allOf(FaultKind.class).stream().map(FaultKind::word).toList());
    }
  }

  /** Reads {@code taskmanager-kill} as the constant's name. */
  static final class KindConverter implements ITypeConverter<FaultKind> {
    @Override
    public FaultKind convert(String value) {
      return EnumSet.allOf(FaultKind.class).stream()
          .filter(kind -> kind.word().equals(value))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("'" + value + "' is none of " + new KindNames()));
    }
  }

  /** Reads {@code exactly-once} as the constant's name. */
  static final class DeliveryConverter implements ITypeConverter<Delivery> {
    @Override
    public Delivery convert(String value) {
      return switch (value) {
        case "exactly-once" -> Delivery.EXACTLY_ONCE;
        case "at-least-once" -> Delivery.AT_LEAST_ONCE;
        default ->
            throw new TypeConversionException(
                "'" + value + "' is neither exactly-once nor at-least-once");
      };
    }
  }

  /** 0 where every run passed, 1 where one did not. */
  @Override
  public Integer call() {
    log.fileOnly(out.resolve("chaos.log"));
    ChaosPlan plan =
        new ChaosPlan(
            Installation.root(),
            out,
            seconds,
            sessions,
            new ChaosPlan.Width(parallelism, partitions),
            delivery,
            kinds,
            job);
    if (runs < 1) {
      throw new IllegalArgumentException("--runs is " + runs + ", must be at least 1");
    }
    List<ChaosResult> results = new ArrayList<>();
    Path page = null;
    for (int run = 0; run < runs; run++) {
      Schedule schedule = Schedule.draw(seed + run, seconds, kinds);
      say("seed %d:%n%s".formatted(seed + run, schedule.describe()));
      if (!dryRun) {
        Installation.jobJar();
        results.add(one(plan, seed + run));
        // After each: a run that cannot be made must not take those before it with it.
        page = ChaosReport.write(plan, results, out);
      }
    }
    if (page == null) {
      return 0;
    }
    say("wrote " + page);
    long passed = results.stream().filter(ChaosResult::passed).count();
    say("%d of %d runs passed".formatted(passed, results.size()));
    return passed == results.size() ? 0 : 1;
  }

  private ChaosResult one(ChaosPlan plan, long seed) {
    ChaosResult result = ChaosRun.run(plan, seed, this::say);
    result
        .aftermath()
        .forEach(
            after ->
                say(
                    "  %s: output gap %d ms, %s"
                        .formatted(
                            after.fault(),
                            after.gapMillis(),
                            after.recoveredMillis() < 0
                                ? "not yet prompt at the next fault"
                                : "recovered after " + after.recoveredMillis() + " ms")));
    say("  " + result.verdict().line());
    say("  " + result.deduplicated().line());
    if (result.takeovers().announced() > 0) {
      say("  " + result.takeovers().line());
    }
    result.verdict().anomalies().stream()
        .limit(5)
        .forEach(found -> say("  " + found.kind().word() + ": " + found.detail()));
    if (result.blocksKept() != result.blocksSent()) {
      say("  %d blocks sent, %d kept".formatted(result.blocksSent(), result.blocksKept()));
    }
    if (!result.passed()) {
      say("  FAILED; again with: ./entrain chaos --seed " + seed + " and the same options");
    }
    return result;
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
