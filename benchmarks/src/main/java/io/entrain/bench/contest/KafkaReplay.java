package io.entrain.bench.contest;

import io.entrain.bench.load.BareLoop;
import io.entrain.bench.load.BrokerProcess;
import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.Replay;
import io.entrain.bench.load.SumModel;
import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Contestant;
import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Race;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Sample;
import io.entrain.bench.measure.Setting;
import io.entrain.inference.BatchShape;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.wire.Broker;
import io.entrain.wire.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Windows a second from Kafka to Kafka where all input is there already, against the slower of two
 * floors: a bare loop over the same model, and a Flink job that only passes records on.
 */
public final class KafkaReplay implements Benchmark {
  private static final int BATCH = 16;
  private static final List<String> DELIVERIES = List.of("at-least-once", "exactly-once");
  private static final String BARE = "bare loop";

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public String question() {
    return "Kafka to Kafka in replay against the slower of bare loop and identity job";
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    try (BrokerProcess broker = BrokerProcess.start();
        Engine engine = Engine.start()) {
      Stand stand = new Stand(setting, broker.bootstrap(), engine);
      Path incremental = setting.model("lag-posterior-incremental");
      int windows = setting.scale().pick(40, 2000, 20_000);
      for (int sessions :
          setting.scale().pick(List.of(4), List.of(100), List.of(1, 20, 100, 400))) {
        FeedShape shape = FeedShape.of(sessions, windows / sessions);
        // A state goes from window to window: no more than one of each session in a call.
        stand.run("16-channels", incremental, Math.min(BATCH, sessions), shape, results);
      }
      int many = 96;
      Path sum = new SumModel(50, FeedShape.UNITS, many).write(setting.folder());
      String name = many + "-channels";
      switch (setting.scale()) {
        case QUICK -> results.skip("kafka/" + name, "in a full run only");
        case TINY ->
            stand.run(name, sum, BATCH, new FeedShape(4, 10, FeedShape.UNITS, many), results);
        case FULL -> {
          for (int sessions : List.of(1, 20, 400)) {
            FeedShape shape = new FeedShape(sessions, 10_000 / sessions, FeedShape.UNITS, many);
            stand.run(name, sum, BATCH, shape, results);
          }
        }
      }
    }
  }

  /** Broker and engine, and what is run on them. */
  private record Stand(Setting setting, String bootstrap, Engine engine) {
    void run(String name, Path model, int together, FeedShape shape, Results results)
        throws Exception {
      Topics topics = new Topics("replay-%s-%d".formatted(name, shape.sessions()));
      Replay replay = Replay.fill(bootstrap, topics, Feed.of(shape));
      new Broker(bootstrap).createTopics(List.of(passed(replay)), 1);
      List<Contestant<Sample>> contestants = new ArrayList<>();
      BareLoop loop = new BareLoop(model, together, BatchShape.AUTO);
      contestants.add(new Contestant<>(BARE, () -> loop.run(shape.windows())));
      for (String delivery : DELIVERIES) {
        contestants.add(new Contestant<>(delivery, () -> decode(replay, model, delivery)));
        contestants.add(new Contestant<>("identity " + delivery, () -> pass(replay, delivery)));
      }
      Map<String, List<Sample>> samples = Race.run(setting.scale(), contestants);
      for (String delivery : DELIVERIES) {
        results.add(
            overFloor(
                "kafka/%s/%d-sessions/%s".formatted(name, shape.sessions(), delivery),
                samples,
                delivery));
      }
    }

    private static Row overFloor(String name, Map<String, List<Sample>> samples, String delivery) {
      List<Sample> bare = samples.get(BARE);
      List<Sample> identity = samples.get("identity " + delivery);
      List<Sample> floor = new ArrayList<>();
      int bareSlower = 0;
      for (int i = 0; i < bare.size(); i++) {
        boolean slower = bare.get(i).rate() < identity.get(i).rate();
        bareSlower += slower ? 1 : 0;
        floor.add(slower ? bare.get(i) : identity.get(i));
      }
      String which = 2 * bareSlower > bare.size() ? BARE : "identity job";
      return Row.rates(name, "windows/s", "job", samples.get(delivery), which, floor)
          .within(Limit.ratioAtLeast(.8));
    }

    private Sample decode(Replay replay, Path model, String delivery) throws Exception {
      JobConfig config =
          DecodingJob.onKafka(
              bootstrap,
              replay.topics().prefix(),
              model,
              Map.of(
                  "bounded",
                  "true",
                  "alignment",
                  "false",
                  "delivery",
                  delivery,
                  "batch-windows",
                  Integer.toString(BATCH)));
      try (TopicStamps stamps = TopicStamps.watch(bootstrap, replay.topics().decoded())) {
        StreamExecutionEnvironment environment = Engine.environment();
        EntrainJob.build(environment, config);
        Sample whole = engine.timed(environment, replay.shape().windows());
        return Published.of(whole, stamps.millis(replay.shape().windows()));
      }
    }

    private Sample pass(Replay replay, String delivery) throws Exception {
      boolean exactlyOnce = delivery.equals("exactly-once");
      try (TopicStamps stamps = TopicStamps.watch(bootstrap, passed(replay))) {
        Sample whole =
            engine.timed(
                IdentityJob.build(
                    PlainKafka.sources(replay),
                    PlainKafka.sink(bootstrap, passed(replay), exactlyOnce)),
                replay.shape().windows());
        return Published.of(whole, stamps.millis(replay.shape().windows()));
      }
    }

    private static String passed(Replay replay) {
      return replay.topics().prefix() + ".passed";
    }
  }
}
