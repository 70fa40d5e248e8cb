package io.entrain.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrain.experiment.Experiment.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experiments on a real broker, engine and models. */
class ExperimentTest {
  private static final Path ROOT = Path.of(System.getProperty("entrain.root", "."));
  private static final Places PLACES = new Places(ROOT, null, null);

  private static final String PLAN =
      PlanReaderTest.GOOD
          .replace("values: [-50, 0, 50]", "values: [-50, 0]")
          .replace("    by: {noise: [0, 2]}\n", "")
          .replace("models: [lag-posterior, early-fusion]", "models: [lag-posterior, early-fusion]")
          .replace("seconds: 10", "seconds: 8");

  @TempDir Path folder;

  /** Stops after so many calls that ask; negative: never. */
  private static final class Patience implements Watcher {
    private int left;
    private long decoded;

    Patience(int left) {
      this.left = left;
    }

    @Override
    public boolean stops(Duration duration) {
      return decoded > 0 && left-- == 0;
    }

    @Override
    public void sending(long done, long total) {}

    @Override
    public void decoding(long done, long total) {
      decoded = done;
    }
  }

  private Path plan(String yaml) throws IOException {
    return Files.writeString(folder.resolve("plan.yaml"), yaml);
  }

  private Outcome run(String yaml, String out, int patience) throws IOException {
    return new Experiment(plan(yaml), PLACES, folder.resolve(out)).run(1, new Patience(patience));
  }

  private JsonNode json(String out) throws IOException {
    return ReportJson.MAPPER.readTree(folder.resolve(out).resolve("report.json").toFile());
  }

  /** Scores but for their times, which no two runs share. */
  private List<ModelScore> scores(String out) throws IOException {
    ModelScore[] all =
        ReportJson.MAPPER.readValue(
            folder.resolve(out).resolve("scores.json").toFile(), ModelScore[].class);
    return Stream.of(all)
        .map(
            s ->
                new ModelScore(
                    s.cell(),
                    s.model(),
                    s.sha256(),
                    s.windows(),
                    s.missing(),
                    s.components(),
                    s.delaysMillis(),
                    s.outputs(),
                    s.lag(),
                    List.of()))
        .toList();
  }

  @Test
  void theSamePlanGivesTheSameNumbersAlsoAfterAStop() throws IOException {
    Outcome whole = run(PLAN, "whole", -1);
    assertThat(whole.answer()).startsWith("Over lag −50 and 0 ms, lag-posterior decodes with R²");
    assertThat(scores("whole")).hasSize(8).allMatch(score -> score.windows() == 400);

    assertThat(whole.windowsPerSecond()).isPositive();
    JsonNode facts = json("whole").path("run");
    assertThat(facts.path("windows_per_second").asDouble()).isEqualTo(whole.windowsPerSecond());
    assertThat(facts.path("windows").asLong() / facts.path("seconds").asDouble())
        .as("of all of the run, its start and its sending included")
        .isLessThan(whole.windowsPerSecond());

    assertThat(run(PLAN, "stopped", 1)).isNull();
    assertThat(run(PLAN, "stopped", -1).answer()).isEqualTo(whole.answer());
    assertThat(scores("stopped")).isEqualTo(scores("whole"));

    long writtenMillis = newest("stopped");
    Outcome kept = run(PLAN, "stopped", -1);
    assertThat(kept.answer()).isEqualTo(whole.answer());
    assertThat(kept.windowsPerSecond()).as("nothing was left to decode").isNull();
    assertThat(json("stopped").at("/run/windows_per_second").isNull()).isTrue();
    assertThat(newest("stopped")).as("nothing is decoded twice").isEqualTo(writtenMillis);
  }

  private long newest(String out) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(out).resolve("cells"))) {
      return files.mapToLong(file -> file.toFile().lastModified()).max().orElseThrow();
    }
  }

  @Test
  void figuresOfASessionAreThoseOfAReplay() throws IOException {
    run(PLAN.replace("seeds: [1, 2]", "seeds: [7]"), "one", -1);
    ModelScore score =
        scores("one").stream()
            .filter(s -> s.model().equals("lag-posterior") && s.cell().contains("lag_millis=-50"))
            .findFirst()
            .orElseThrow();
    double[] total = new double[score.outputs().get(0).columns()[0].length];
    for (double[] block : score.outputs().get(0).columns()) {
      for (int i = 0; i < total.length; i++) {
        total[i] += block[i];
      }
    }
    double replayed =
        ReplayedSession.r2(
            Conditions.CLEAN.with(Knob.LAG_MILLIS, -50.0).with(Knob.JITTER_MILLIS, 8.0), 7, 8);
    assertThat(OutputSums.r2(2).applyAsDouble(total)).isCloseTo(replayed, within(1e-6));
  }

  @Test
  void theOracleHearsTheSameSessionsWithClocksThatAgree() throws IOException {
    run(PLAN + "oracle: true\n", "oracle", -1);
    JsonNode points = json("oracle").at("/sweeps/0/panels/0/points");
    List<Double> oracle =
        StreamSupport.stream(points.spliterator(), false)
            .filter(point -> point.path("model").asText().endsWith(Errand.CLOCKS_AGREE))
            .map(point -> point.at("/r2/newest/0").asDouble())
            .toList();
    assertThat(oracle).hasSize(2);
    assertThat(oracle.get(0)).as("whatever the lag").isEqualTo(oracle.get(1));
  }

  @Test
  void anExperimentOnARecordingThatIsNotHereSaysHowToComeByIt() throws IOException {
    String yaml =
        PLAN.replace(
            "simulated: {subject: 1, seconds: 8}",
            "recordings: {files: [nowhere], obtain: Ask the owner}");
    Outcome outcome = run(yaml, "absent", -1);
    assertThat(outcome.skipped())
        .isEqualTo("The recording nowhere is not on this machine. Ask the owner");
    assertThat(json("absent").path("skipped").asText()).isEqualTo(outcome.skipped());
  }

  @Test
  void aReportAgainstItselfDiffersInNothing() throws IOException {
    run(PLAN, "a", -1);
    Comparison.write(folder.resolve("a"), folder.resolve("a"), folder.resolve("difference"));
    JsonNode comparison =
        ReportJson.MAPPER.readTree(folder.resolve("difference/comparison.json").toFile());
    assertThat(comparison.path("differs")).isEmpty();
    assertThat(comparison.path("rows")).hasSize(10);
    for (JsonNode row : comparison.path("rows")) {
      assertThat(row.path("paired").asBoolean()).isTrue();
      assertThat(row.path("difference")).allMatch(value -> value.asDouble() == 0);
    }
  }
}
