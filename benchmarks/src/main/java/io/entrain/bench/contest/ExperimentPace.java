package io.entrain.bench.contest;

import io.entrain.bench.load.BrokerProcess;
import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.Replay;
import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Contestant;
import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Race;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Sample;
import io.entrain.bench.measure.Setting;
import io.entrain.job.EntrainJob;
import io.entrain.wire.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Windows a second of the job inside of an experiment, which has broker, sessions and scores in its
 * process too, against the job by itself from Kafka to Kafka over as many sessions and hops.
 */
public final class ExperimentPace implements Benchmark {
  private static final String OURS = "experiment";
  private static final String REPLAY = "replay";

  /** What the experiment's job has: no checkpoints, provider and batches as they are by default. */
  private static final Map<String, String> AS_THE_EXPERIMENT =
      Map.of(
          "bounded", "true",
          "alignment", "false",
          "provider", "auto",
          "checkpoint-interval-millis", "3600000");

  @Override
  public String name() {
    return "experiment";
  }

  @Override
  public String question() {
    return "the job inside of an experiment against its replay, as many sessions and hops";
  }

  @Override
  public boolean isForTheRecord() {
    return true;
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    LagGrid grid = LagGrid.of(setting.scale());
    Path model = setting.model(LagGrid.MODEL + "-incremental");
    try (BrokerProcess broker = BrokerProcess.start();
        Engine engine = Engine.start()) {
      FeedShape shape = FeedShape.of(grid.sessions(), grid.hops());
      Replay replay = Replay.fill(broker.bootstrap(), new Topics("experiment"), Feed.of(shape));
      Map<String, List<Double>> rates =
          Race.run(
              setting.scale(),
              List.of(
                  new Contestant<>(OURS, () -> grid.windowsPerSecond(setting)),
                  new Contestant<>(REPLAY, () -> decode(engine, replay, model))));
      results.add(
          Row.figures(
                  "experiment/alignment/%d-sessions".formatted(grid.sessions()),
                  "windows/s",
                  OURS,
                  array(rates.get(OURS)),
                  REPLAY,
                  array(rates.get(REPLAY)))
              .within(Limit.ratioAtLeast(.9))
              .noting("%d windows, incremental form, default batches".formatted(shape.windows())));
    }
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double decode(Engine engine, Replay replay, Path model) throws Exception {
    try (TopicStamps stamps = TopicStamps.watch(replay.bootstrap(), replay.topics().decoded())) {
      StreamExecutionEnvironment environment = Engine.environment();
      EntrainJob.build(
          environment,
          DecodingJob.onKafka(
              replay.bootstrap(), replay.topics().prefix(), model, AS_THE_EXPERIMENT));
      long windows = replay.shape().windows();
      Sample whole = engine.timed(environment, windows);
      return Published.of(whole, stamps.millis(windows)).rate();
    }
  }
}
