package io.entrain.bench.contest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.measure.Scale;
import io.entrain.bench.measure.Setting;
import io.entrain.experiment.Experiment;
import io.entrain.experiment.Places;
import io.entrain.experiment.Watcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.util.FileUtils;

/**
 * The plan {@code alignment} with one model and short sessions: constant and wandering lags.
 *
 * @param constant lags in milliseconds
 * @param wandering sds of lags in milliseconds
 * @param seeds sessions of each condition
 */
record LagGrid(List<Integer> constant, List<Integer> wandering, int seeds) {
  /** The experiment takes its incremental form. */
  static final String MODEL = "subject-11/lag-posterior";

  /** The least that a plan may have. */
  private static final int SECONDS = 5;

  /** The first seed of the plan {@code alignment}. */
  private static final int FIRST_SEED = 401;

  private static final LagGrid SMALLEST = new LagGrid(List.of(0), List.of(60), 1);

  static LagGrid of(Scale scale) {
    return scale.pick(SMALLEST, whole(1), whole(16));
  }

  private static LagGrid whole(int seeds) {
    return new LagGrid(
        List.of(-150, -100, -50, -25, 0, 25, 50, 100, 150), List.of(20, 40, 60, 80), seeds);
  }

  int sessions() {
    return (constant.size() + wandering.size()) * seeds;
  }

  /** Of each session. */
  int hops() {
    return SECONDS * 1000 / FeedShape.HOP_MILLIS;
  }

  private String yaml() {
    return """
        title: Short sessions for a benchmark
        question: How fast does the job of an experiment decode?
        source:
          simulated: {subject: 11, seconds: %d}
        models: [%s]
        seeds: %s
        sweeps:
          constant:
            title: A lag that stays
            over: lag_millis
            values: %s
            with: {jitter_millis: 8}
          wandering:
            title: A lag that wanders about 0
            over: lag_sd_millis
            values: %s
            with: {jitter_millis: 8}
        answer: {model: lag-posterior, against: lag-posterior, sweep: constant}
        """
        .formatted(
            SECONDS,
            MODEL,
            IntStream.range(FIRST_SEED, FIRST_SEED + seeds).boxed().toList(),
            constant,
            wandering);
  }

  /**
   * Runs the experiment anew; what its report says of its pace.
   *
   * @throws IllegalStateException where it did not decode every window
   */
  double windowsPerSecond(Setting setting) throws IOException {
    // What an experiment finds in its folder it does not decode again.
    Path folder = Files.createTempDirectory(setting.folder(), "experiment-");
    try {
      Path plan = Files.writeString(folder.resolve("plan.yaml"), yaml());
      Path out = folder.resolve("out");
      new Experiment(plan, new Places(setting.root(), null, null), out).run(1, new Patient());
      JsonNode facts = new ObjectMapper().readTree(out.resolve("report.json").toFile()).path("run");
      long expected = (long) sessions() * hops();
      if (facts.path("windows").asLong() != expected) {
        throw new IllegalStateException(
            "the experiment decoded %s windows, %d were expected"
                .formatted(facts.path("windows"), expected));
      }
      return facts.required("windows_per_second").asDouble();
    } finally {
      FileUtils.deleteDirectory(folder.toFile());
    }
  }

  /** Lets it run to its end and wants to know nothing. */
  private static final class Patient implements Watcher {
    @Override
    public boolean stops(Duration duration) {
      return false;
    }

    @Override
    public void sending(long done, long total) {}

    @Override
    public void decoding(long done, long total) {}
  }
}
