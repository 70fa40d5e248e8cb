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
import io.entrain.bench.measure.Scale;
import io.entrain.bench.measure.Setting;
import io.entrain.job.EntrainJob;
import io.entrain.wire.Broker;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a user would take instead, on the same topics and the same model, Kafka to Kafka: a Python
 * consumer, Flink's sliding windows with a call of the model for each, and the same with the model
 * behind HTTP. All of them must decode the same.
 */
public final class Rivals implements Benchmark {
  private static final int SESSIONS = 20;
  private static final int BATCH = 16;
  private static final int ASKED_OF_PYTHON = 5;

  /** Of the shipped window form. */
  private static final int WINDOW_HOPS = 50;

  private static final String OURS = "job";
  private static final String PYTHON = "python";
  private static final String IN_WINDOW = "flink-call-a-window";
  private static final String HTTP = "flink-http-a-window";

  @Override
  public String name() {
    return "rivals";
  }

  @Override
  public String question() {
    return "a Python consumer, Flink's windows with a call each, and with an HTTP call each";
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    PythonConsumer.Search python = PythonConsumer.search(setting.root());
    if (python.found() == null) {
      results.skip("rivals/window/" + PYTHON, python.reason());
      results.skip("rivals/incremental/" + PYTHON, python.reason());
    }
    try (BrokerProcess broker = BrokerProcess.start();
        Engine engine = Engine.start()) {
      int hops = setting.scale().pick(2, 50, 250);
      Feed feed = Feed.of(FeedShape.of(setting.scale().pick(2, SESSIONS, SESSIONS), hops));
      Replay replay = Replay.fill(broker.bootstrap(), new Topics("rivals"), feed);
      Path window = setting.model("lag-posterior");
      try (ModelServer server = ModelServer.start(window)) {
        Stand stand = new Stand(setting, replay, engine, python.found());
        stand.run("window", window, List.of(IN_WINDOW, HTTP), server, results);
      }
      if (setting.scale() == Scale.QUICK) {
        results.skip("rivals/incremental", "in a full run only");
      } else {
        Stand stand = new Stand(setting, replay, engine, python.found());
        Path incremental = setting.model("lag-posterior-incremental");
        stand.run("incremental", incremental, List.of(), null, results);
      }
    }
  }

  /** The contestants on one replay. */
  private static final class Stand {
    private final Setting setting;
    private final Replay replay;
    private final Engine engine;
    private final PythonConsumer python;
    private final Map<String, Decodings> decodings = new HashMap<>();

    Stand(Setting setting, Replay replay, Engine engine, PythonConsumer python) {
      this.setting = setting;
      this.replay = replay;
      this.engine = engine;
      this.python = python;
    }

    void run(String form, Path model, List<String> windowed, ModelServer server, Results results)
        throws Exception {
      List<Contestant<Sample>> contestants = new ArrayList<>();
      contestants.add(contestant(OURS, replay.topics().decoded(), () -> ours(model)));
      if (python != null) {
        String out = "rivals." + PYTHON;
        contestants.add(contestant(PYTHON, out, () -> python.decode(replay, model, out, BATCH)));
      }
      for (String rival : windowed) {
        WindowCall.Opening opening = rival.equals(HTTP) ? server.client() : local(model);
        String out = "rivals." + rival;
        contestants.add(contestant(rival, out, () -> windows(opening, out)));
      }
      Map<String, List<Sample>> samples = Race.run(setting.scale(), contestants);
      for (Contestant<Sample> rival : contestants.subList(1, contestants.size())) {
        results.add(row(form, rival.name(), samples));
        if (rival.name().equals(PYTHON)) {
          results.add(aCore(form, samples));
        }
      }
    }

    private Row row(String form, String rival, Map<String, List<Sample>> samples) {
      double off = decodings.get(OURS).largestDifference(decodings.get(rival), rival);
      Row row =
          Row.rates(
              "rivals/%s/%s".formatted(form, rival),
              "windows/s",
              OURS,
              samples.get(OURS),
              rival,
              samples.get(rival));
      String same = "means differ by at most %.1e".formatted(off);
      return row.noting(rival.equals(PYTHON) ? same + "; " + python.versions() : same);
    }

    /** Hops decoded in a second of CPU. */
    private static Row aCore(String form, Map<String, List<Sample>> samples) {
      return Row.figures(
              "rivals/%s/%s-a-core".formatted(form, PYTHON),
              "windows/CPU s",
              OURS,
              aCore(samples.get(OURS)),
              PYTHON,
              aCore(samples.get(PYTHON)))
          .within(Limit.ratioAtLeast(ASKED_OF_PYTHON));
    }

    private static double[] aCore(List<Sample> samples) {
      return samples.stream().mapToDouble(sample -> 1e6 / sample.cpuMicros()).toArray();
    }

    /** Reads what it wrote afterwards, all of it, and keeps it for comparison. */
    private Contestant<Sample> contestant(String name, String topic, Callable<Sample> work) {
      return new Contestant<>(
          name,
          () -> {
            new Broker(replay.bootstrap()).createTopics(List.of(topic), 1);
            try (RecordConsumer<Decoded> reader = reader(topic)) {
              Sample whole = work.call();
              List<Received<Decoded>> records = reader.readToEnd();
              Decodings all = Decodings.of(records.stream().map(Received::value).toList());
              if (all.size() != replay.shape().windows()) {
                throw new IllegalStateException(
                    "%s decoded %d of %d windows"
                        .formatted(name, all.size(), replay.shape().windows()));
              }
              decodings.put(name, all);
              return Published.of(whole, records.stream().map(Received::timestampMillis).toList());
            }
          });
    }

    private RecordConsumer<Decoded> reader(String topic) {
      return new RecordConsumer<>(
          replay.bootstrap(),
          topic,
          MessageCodec.DECODED::decode,
          Start.END,
          Isolation.READ_UNCOMMITTED);
    }

    private Sample ours(Path model) throws Exception {
      StreamExecutionEnvironment environment = Engine.environment();
      Map<String, String> settings =
          Map.of(
              "bounded", "true",
              "alignment", "false",
              "batch-shape", "fitted",
              "batch-windows", Integer.toString(BATCH));
      EntrainJob.build(
          environment,
          DecodingJob.onKafka(replay.bootstrap(), replay.topics().prefix(), model, settings));
      return engine.timed(environment, replay.shape().windows());
    }

    private static WindowCall.Opening local(Path model) {
      String file = model.toString();
      return () -> LocalCall.open(Path.of(file));
    }

    private Sample windows(WindowCall.Opening opening, String out) throws Exception {
      return engine.timed(
          FlinkJobs.callPerWindow(
              PlainKafka.sources(replay),
              PlainKafka.sink(replay.bootstrap(), out, false),
              WINDOW_HOPS,
              opening),
          replay.shape().windows());
    }
  }
}
