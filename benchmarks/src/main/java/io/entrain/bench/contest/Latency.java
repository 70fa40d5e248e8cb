package io.entrain.bench.contest;

import io.entrain.bench.load.BrokerProcess;
import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Contestant;
import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Race;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Setting;
import io.entrain.bench.measure.Spread;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * From when the last block that a window needs is due to its decoded record in a consumer's hand,
 * with blocks in real time, beside a job that only passes records on; where the time goes; and how
 * many sessions one core sustains.
 */
public final class Latency implements Benchmark {
  private static final String OURS = "job";
  private static final String FLOOR = "identity job";
  private static final int ASKED_SESSIONS = 20;

  /** Above it the job does not keep up: the figure is the length of the run. */
  private static final double BEHIND_MILLIS = 1000;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String question() {
    return "live: last needed block to decoded record in hand, its budget, sessions a core";
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    List<Integer> counts =
        setting.scale().pick(List.of(2), List.of(ASKED_SESSIONS), List.of(1, 20, 100, 300));
    int warmUpWindows = setting.scale().pick(10, 4000, 10_000);
    int firstHops = setting.scale().pick(5, 50, 150);
    int hops = firstHops + setting.scale().pick(10, 100, 500);
    Path model = setting.model("lag-posterior-incremental");
    double most = 0;
    int behind = 0;
    Row sustained = null;
    try (BrokerProcess broker = BrokerProcess.start();
        Engine engine = Engine.start()) {
      for (int sessions : counts) {
        if (behind > 0) {
          results.skip(
              "latency/%d-sessions".formatted(sessions),
              "the job was behind at %d sessions already".formatted(behind));
          continue;
        }
        Feed feed = Feed.of(FeedShape.of(sessions, hops));
        LiveStand stand =
            new LiveStand(broker.bootstrap(), engine, feed, warmUpWindows / sessions, firstHops);
        Map<String, List<LiveRun>> runs =
            Race.run(
                setting.scale(),
                List.of(
                    new Contestant<>(OURS, () -> stand.decoding(model, Map.of())),
                    new Contestant<>(FLOOR, stand::passing)));
        new Figures("latency/%d-sessions".formatted(sessions), runs)
            .addTo(results, sessions == ASKED_SESSIONS);
        double p99 = Spread.of(runs.get(OURS), run -> run.millisAt(99)).median();
        if (p99 > BEHIND_MILLIS) {
          behind = sessions;
        }
        if (p99 < FeedShape.HOP_MILLIS && sessions > most) {
          most = sessions;
          sustained = sustained(sessions, runs.get(OURS), p99);
        }
      }
    }
    if (sustained == null) {
      results.skip("latency/sessions-a-core", "p99 was above one hop at every number of sessions");
    } else {
      results.add(sustained);
    }
  }

  private static Row sustained(int sessions, List<LiveRun> runs, double p99Millis) {
    double[] aCore = runs.stream().mapToDouble(run -> sessions / run.cores()).toArray();
    return Row.figure("latency/sessions-a-core", "sessions", OURS, aCore)
        .within(Limit.oursAtLeast(300))
        .noting(
            "sessions over the cores that the job kept busy, at %d sessions, p99 %.1f ms"
                .formatted(sessions, p99Millis));
  }

  /** The rows of one number of sessions. */
  private record Figures(String name, Map<String, List<LiveRun>> runs) {
    void addTo(Results results, boolean asked) {
      Row median = both("p50", run -> run.millisAt(50));
      Row tail = both("p99", run -> run.millisAt(99));
      results.add(asked ? median.within(Limit.oursAtMost(5)) : median);
      results.add(asked ? tail.within(Limit.oursAtMost(15)) : tail);
      results.add(both("p99.9", run -> run.millisAt(99.9)));
      results.add(
          both("budget/producer-late", LiveRun::slipMillis)
              .noting("mean; from when a block was due to when it was handed to the producer"));
      results.add(
          both("budget/producer-to-broker", LiveRun::ackMillis)
              .noting("mean; until the acknowledgement was back, beside the path of the record"));
      results.add(
          both("budget/job", LiveRun::jobMillis)
              .noting(
                  "mean; log time of the last block to hand-over to the producer: broker, fetch,"
                      + " exchange, of ours assembly and model, too"));
      results.add(ours("budget/model", LiveRun::modelMillis).noting("mean; the call it was in"));
      results.add(
          ours("budget/assembly", this::assemblyMillis)
              .noting("mean; ours less the identity job's and less the model"));
      results.add(
          both("budget/publish", LiveRun::handMillis)
              .noting("mean; hand-over to the producer to the consumer's hand"));
    }

    private double assemblyMillis(LiveRun ours) {
      double floor = Spread.of(runs.get(FLOOR), LiveRun::jobMillis).median();
      return ours.jobMillis() - floor - ours.modelMillis();
    }

    private Row both(String figure, ToDoubleFunction<LiveRun> property) {
      return Row.figures(
          name + "/" + figure, "ms", OURS, values(OURS, property), FLOOR, values(FLOOR, property));
    }

    private Row ours(String figure, ToDoubleFunction<LiveRun> property) {
      return Row.figure(name + "/" + figure, "ms", OURS, values(OURS, property));
    }

    private double[] values(String who, ToDoubleFunction<LiveRun> property) {
      return runs.get(who).stream().mapToDouble(property).toArray();
    }
  }
}
