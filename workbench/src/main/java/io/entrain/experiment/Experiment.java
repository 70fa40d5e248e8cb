package io.entrain.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.experiment.Plan.MapWish;
import io.entrain.experiment.ReportJson.Seen;
import io.entrain.experiment.Roster.Entrant;
import io.entrain.experiment.Rosters.AbsentException;
import io.entrain.wire.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An experiment from its plan to its report.
 *
 * <h2>Guarantees</h2>
 *
 * The same plan, models and seeds give the same figures, on one kind of processor. What has been
 * decoded is kept under {@code out/cells}, so that an experiment that was stopped goes on where it
 * was, and one whose plan has grown runs only what is new.
 */
public final class Experiment {
  private final Plan plan;
  private final Places places;
  private final Path out;
  private final ScoreStore store;

  /**
   * Reads the plan.
   *
   * @throws PlanException where it cannot be run as it stands
   * @throws io.entrain.recording.RecordingException where it is no YAML
   */
  public Experiment(Path planFile, Places places, Path out) {
    this.plan = PlanReader.read(planFile);
    this.places = places;
    this.out = out;
    this.store = new ScoreStore(out.resolve("cells"));
  }

  /**
   * What came of it.
   *
   * @param answer one sentence
   * @param skipped why it was not run; null where it was
   * @param report the page
   * @param windowsPerSecond how fast the job decoded, by the stamps of its output and without its
   *     first eighth; null where nothing was left to decode
   */
  public record Outcome(String answer, String skipped, Path report, Double windowsPerSecond) {}

  /** Runs what is not decoded yet and writes the report; null where the watcher stopped it. */
  public Outcome run(int parallelism, Watcher watcher) {
    List<Roster> rosters;
    try {
      rosters = Rosters.open(plan, places);
    } catch (AbsentException absent) {
      ObjectNode report = ReportJson.skipped(plan, absent.getMessage());
      return new Outcome("", absent.getMessage(), write(report, List.of()), null);
    }
    Findings findings =
        new Findings(plan, rosters.stream().map(roster -> roster.source().name()).toList());
    List<Errand> errands = errands(rosters);
    List<LagMap> maps = new ArrayList<>();
    RunFacts facts = new RunFacts(Instant.now());
    long total = errands.stream().mapToLong(this::windows).sum();
    int jobs =
        rosters.stream().mapToInt(r -> BoundedJob.groups(r.jobModels()).size()).max().orElse(1);
    try (Runner runner = new Runner(store, watcher, parallelism, jobs, total)) {
      for (Errand errand : errands) {
        if (runner.run(errand, false) == null) {
          return null;
        }
      }
      for (MapWish wish : plan.maps()) {
        LagMap map = map(wish, rosters.get(0), runner);
        if (map == null) {
          return null;
        }
        maps.add(map);
      }
      facts.count(runner.decoded(), runner.rejected(), runner.pace());
    }
    collect(rosters, findings);
    ObjectNode report =
        new ReportJson(plan, findings, seen(rosters))
            .write(maps, forecast(rosters, findings), facts.json(findings.scores().size()));
    Path page = write(report, findings.scores());
    return new Outcome(report.path("answer").asText(), null, page, facts.windowsPerSecond());
  }

  /** The cells of a roster, as sent and with clocks that agree. */
  private List<Cell> cells(Roster roster, boolean aligned) {
    Set<Cell> cells = new LinkedHashSet<>();
    for (Conditions conditions : plan.conditions(roster.source().name())) {
      for (long seed : plan.seeds()) {
        cells.add(
            new Cell(roster.source().name(), aligned ? conditions.aligned() : conditions, seed));
      }
    }
    return List.copyOf(cells);
  }

  private static List<Entrant> aligning(Roster roster) {
    return roster.models().stream().filter(Entrant::aligns).toList();
  }

  /** What is left to do. */
  private List<Errand> errands(List<Roster> rosters) {
    List<Errand> errands = new ArrayList<>();
    for (Roster roster : rosters) {
      add(errands, roster, cells(roster, false), roster.models(), "", "");
      if (plan.oracle()) {
        add(errands, roster, cells(roster, true), aligning(roster), "0", Errand.CLOCKS_AGREE);
      }
    }
    return errands;
  }

  /** Those cells that some model has not decoded yet. */
  private void add(
      List<Errand> errands,
      Roster roster,
      List<Cell> cells,
      List<Entrant> entrants,
      String lagRange,
      String suffix) {
    List<Cell> left =
        cells.stream()
            .filter(cell -> entrants.stream().anyMatch(e -> !isKept(cell, e, suffix)))
            .toList();
    if (!left.isEmpty()) {
      errands.add(new Errand(roster.source(), left, entrants, lagRange, suffix));
    }
  }

  private boolean isKept(Cell cell, Entrant entrant, String suffix) {
    return store.find(cell.id(), entrant.label() + suffix, entrant.model().sha256()).isPresent();
  }

  private long windows(Errand errand) {
    Cell first = errand.cells().get(0);
    var span = errand.source().session(first.conditions(), first.seed()).span();
    return errand.cells().size()
        * errand.jobModels().stream().mapToLong(model -> BoundedJob.panes(model, span)).sum();
  }

  private LagMap map(MapWish wish, Roster roster, Runner runner) {
    Entrant entrant =
        roster.models().stream()
            .filter(e -> e.label().equals(wish.model()))
            .findFirst()
            .orElseThrow();
    Cell cell = new Cell(roster.source().name(), wish.conditions(), plan.seeds().get(0));
    Errand errand = new Errand(roster.source(), List.of(cell), List.of(entrant), "", "");
    Topics topics = runner.run(errand, true);
    return topics == null
        ? null
        : LagMap.read(
            runner.bootstrap(),
            topics,
            wish.title(),
            wish.model(),
            new KnownTruth(roster.source().session(cell.conditions(), cell.seed())));
  }

  private void collect(List<Roster> rosters, Findings findings) {
    for (Roster roster : rosters) {
      for (boolean aligned : plan.oracle() ? new boolean[] {false, true} : new boolean[] {false}) {
        for (Entrant entrant : aligned ? aligning(roster) : roster.models()) {
          String label = entrant.label() + (aligned ? Errand.CLOCKS_AGREE : "");
          for (Cell cell : cells(roster, aligned)) {
            store.find(cell.id(), label, entrant.model().sha256()).ifPresent(findings::add);
          }
        }
      }
    }
  }

  private List<Seen> seen(List<Roster> rosters) {
    Map<String, Seen> seen = new LinkedHashMap<>();
    for (Roster roster : rosters) {
      for (Entrant entrant : roster.models()) {
        seen.putIfAbsent(entrant.label(), seen(entrant, ""));
      }
    }
    if (plan.oracle()) {
      for (Entrant entrant : aligning(rosters.get(0))) {
        seen.putIfAbsent(entrant.label() + Errand.CLOCKS_AGREE, seen(entrant, Errand.CLOCKS_AGREE));
      }
    }
    return List.copyOf(seen.values());
  }

  private Seen seen(Entrant entrant, String suffix) {
    Path file = Path.of(entrant.model().file());
    Path shown =
        file.startsWith(places.root().toAbsolutePath().normalize())
            ? places.root().toAbsolutePath().normalize().relativize(file)
            : file.getFileName();
    String data = entrant.model().contract().provenance().entries().get("data");
    return new Seen(
        entrant.label() + suffix,
        entrant.model().sha256(),
        shown.toString(),
        data == null ? "" : "trained on " + data,
        entrant.model().contract().lag() != null);
  }

  private ObjectNode forecast(List<Roster> rosters, Findings findings) {
    if (plan.forecast() == null) {
      return null;
    }
    String sha256 =
        rosters.get(0).models().stream()
            .filter(entrant -> entrant.label().equals(plan.forecast().model()))
            .map(entrant -> entrant.model().sha256())
            .findFirst()
            .orElseThrow();
    return ForecastJson.of(plan, findings, places.file(plan.forecast().file()), sha256);
  }

  private Path write(ObjectNode report, List<ModelScore> scores) {
    try {
      Files.createDirectories(out);
      byte[] json = ReportJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(report);
      Files.write(out.resolve("report.json"), json);
      ReportJson.MAPPER.writeValue(out.resolve("scores.json").toFile(), scores);
      Tables.points(report, out.resolve("points.csv"));
      Tables.sessions(scores, out.resolve("sessions.csv"));
      Path page = out.resolve("report.html");
      HtmlReport.write(json, page);
      return page;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the report to " + out, e);
    }
  }
}
