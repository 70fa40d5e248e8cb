package io.entrain.bench.contest;

import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Engine.Graph;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.MemoryRun;
import io.entrain.bench.load.SumModel;
import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Contestant;
import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Race;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Sample;
import io.entrain.bench.measure.Scale;
import io.entrain.bench.measure.Setting;
import io.entrain.inference.BatchShape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Events a second through the production job with a model that only sums its window, against
 * Flink's own sliding windows with the same output, and against keyBy and nothing. Everything in
 * memory, checkpoints on.
 */
public final class Windowing implements Benchmark {
  private static final int SESSIONS = 4;
  private static final int ASKED_OVERLAP = 50;
  private static final int BATCH = 16;
  private static final long FLOOR_ELEMENTS = 500_000L;
  private static final long CHECKPOINT_MILLIS = DecodingJob.CHECKPOINT_MILLIS;
  private static final String OURS = "panes";
  private static final String FLINK_EVENTS = "flink-events";
  private static final String FLINK_BLOCKS = "flink-blocks";
  private static final String KEYED_EVENTS = "keyby-events";
  private static final String KEYED_BLOCKS = "keyby-blocks";

  @Override
  public String name() {
    return "windowing";
  }

  @Override
  public String question() {
    return "panes against Flink's sliding windows and keyBy alone; checkpoint bytes";
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    List<Integer> overlaps =
        setting.scale().pick(List.of(5), List.of(ASKED_OVERLAP), List.of(1, 5, 50, 200));
    try (Engine engine = Engine.start()) {
      for (int overlap : overlaps) {
        new Round(setting, engine, overlap).run(results);
      }
      checkpoints(setting, engine, results);
    }
  }

  private static void checkpoints(Setting setting, Engine engine, Results results)
      throws Exception {
    int overlap = setting.scale().pick(5, ASKED_OVERLAP, ASKED_OVERLAP);
    Feed feed = Feed.of(FeedShape.of(SESSIONS, 2 * overlap));
    double ours = bytes(engine, feed, ours(setting, overlap), feed.shape().windows());
    Graph flink = FlinkJobs.slidingEvents(overlap, CHECKPOINT_MILLIS);
    // The last hop's window fires with the next event, or never: the input stays open.
    double rival = bytes(engine, feed, flink, (long) SESSIONS * (feed.shape().hops() - 1));
    results.add(
        Row.figures(
                "windowing/checkpoint-bytes",
                "bytes/session",
                OURS,
                new double[] {ours},
                FLINK_EVENTS,
                new double[] {rival})
            .within(Limit.oursAtMost(200_000))
            .noting(
                "windows of %d hops, full; one checkpoint after the last event"
                    .formatted(overlap)));
  }

  private static double bytes(Engine engine, Feed feed, Graph graph, long outputs)
      throws Exception {
    try (MemoryRun run = new MemoryRun(feed, 1, outputs, true)) {
      return (double) engine.checkpointBytes(run, graph) / SESSIONS;
    }
  }

  private static Graph ours(Setting setting, int overlap) {
    Path model = new SumModel(overlap, FeedShape.UNITS, FeedShape.CHANNELS).write(setting.folder());
    // Its sums are exact at any batch, so that no shape is needed for the same bits.
    return DecodingJob.inMemory(model, BATCH, BatchShape.FITTED);
  }

  /** All contestants at one overlap. */
  private static final class Round {
    private final Scale scale;
    private final Engine engine;
    private final int overlap;
    private final Feed feed;
    private final Graph ours;

    /** What the rivals get to see: they are slower, and a round must not take minutes. */
    private final Feed part;

    Round(Setting setting, Engine engine, int overlap) {
      this.scale = setting.scale();
      this.engine = engine;
      this.overlap = overlap;
      this.ours = Windowing.ours(setting, overlap);
      this.feed = Feed.of(FeedShape.of(SESSIONS, scale.pick(2 * overlap, 5000, 10_000)));
      this.part = feed.first(Math.max(4 * overlap, scale.pick(20, 200, 400)));
    }

    void run(Results results) throws Exception {
      FeedShape shape = feed.shape();
      Map<String, List<Sample>> samples =
          Race.run(
              scale,
              List.of(
                  windows(OURS, feed, ours),
                  windows(FLINK_EVENTS, part, FlinkJobs.slidingEvents(overlap, CHECKPOINT_MILLIS)),
                  windows(FLINK_BLOCKS, feed, FlinkJobs.slidingBlocks(overlap, CHECKPOINT_MILLIS)),
                  keyed(KEYED_EVENTS, shape.events(), FlinkJobs::keyedEvents),
                  keyed(KEYED_BLOCKS, shape.blocks(), FlinkJobs::keyedBlocks)));
      Sample.requireSameOutput(samples);
      for (String against : List.of(FLINK_EVENTS, FLINK_BLOCKS, KEYED_EVENTS, KEYED_BLOCKS)) {
        results.add(row(samples, against));
      }
    }

    private Row row(Map<String, List<Sample>> samples, String against) {
      Row row =
          Row.rates(
              "windowing/overlap-%d/%s".formatted(overlap, against),
              "events/s",
              OURS,
              samples.get(OURS),
              against,
              samples.get(against));
      if (overlap == ASKED_OVERLAP && against.equals(FLINK_EVENTS)) {
        return row.within(Limit.ratioAtLeast(20));
      }
      return overlap == ASKED_OVERLAP && against.equals(KEYED_EVENTS)
          ? row.within(Limit.ratioAtLeast(.6))
          : row;
    }

    private Contestant<Sample> windows(String name, Feed fed, Graph graph) {
      FeedShape shape = fed.shape();
      long untilNanos = part.shape().hops() * 1_000_000L * FeedShape.HOP_MILLIS;
      return new Contestant<>(
          name,
          () -> {
            try (MemoryRun run = new MemoryRun(fed, shape.windows())) {
              engine.run(run, graph);
              return run.sample(
                  (double) shape.events() / shape.windows(),
                  OutputSum.of(run.outputs(), untilNanos));
            }
          });
    }

    private Contestant<Sample> keyed(String name, long elements, LongFunction<Graph> graph) {
      // Floors are fast and do not look into their input: it may come again.
      int times = (int) Math.max(1, scale.pick(0L, FLOOR_ELEMENTS, FLOOR_ELEMENTS) / elements);
      double events = (double) feed.shape().events() / elements;
      return new Contestant<>(
          name,
          () -> {
            try (MemoryRun run = new MemoryRun(feed, times, times * elements, false)) {
              engine.run(run, graph.apply(CHECKPOINT_MILLIS));
              return run.sample(events, 0);
            }
          });
    }
  }
}
