package io.entrain.bench.contest;

import io.entrain.bench.load.BrokerProcess;
import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Contestant;
import io.entrain.bench.measure.Race;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What settings of the job's Kafka clients give live, as a user would set them. */
public final class LiveSettings implements Benchmark {
  private static final String DEFAULT = "default";

  private static final Map<String, Map<String, String>> OTHERS = new LinkedHashMap<>();

  static {
    OTHERS.put(
        "fetch-each-block", Map.of("kafka.fetch.min.bytes", "1", "kafka.fetch.max.wait.ms", "20"));
    OTHERS.put("linger-2", Map.of("kafka.linger.ms", "2"));
    OTHERS.put("full-server", Map.of("kafka.linger.ms", "2", "kafka.fetch.max.wait.ms", "3"));
    OTHERS.put("no-alignment", Map.of("alignment", "false"));
  }

  @Override
  public String name() {
    return "live-settings";
  }

  @Override
  public String question() {
    return "live: latency and cores of the job by settings of its Kafka clients";
  }

  @Override
  public boolean isForTheRecord() {
    return true;
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    int warmUpWindows = setting.scale().pick(10, 4000, 10_000);
    int firstHops = setting.scale().pick(5, 50, 150);
    int hops = firstHops + setting.scale().pick(10, 100, 300);
    Path model = setting.model("lag-posterior-incremental");
    try (BrokerProcess broker = BrokerProcess.start();
        Engine engine = Engine.start()) {
      for (int sessions : setting.scale().pick(List.of(2), List.of(20), List.of(1, 20, 60))) {
        Feed feed = Feed.of(FeedShape.of(sessions, hops));
        LiveStand stand =
            new LiveStand(broker.bootstrap(), engine, feed, warmUpWindows / sessions, firstHops);
        List<Contestant<LiveRun>> contestants = new ArrayList<>();
        contestants.add(new Contestant<>(DEFAULT, () -> stand.decoding(model, Map.of())));
        OTHERS.forEach(
            (name, settings) ->
                contestants.add(new Contestant<>(name, () -> stand.decoding(model, settings))));
        Map<String, List<LiveRun>> runs = Race.run(setting.scale(), contestants);
        for (String other : OTHERS.keySet()) {
          String place = "live-settings/%d-sessions/%s/".formatted(sessions, other);
          results.add(row(place + "p50", "ms", runs, other, run -> run.millisAt(50)));
          results.add(row(place + "p99", "ms", runs, other, run -> run.millisAt(99)));
          results.add(
              row(place + "cores", "cores", runs, other, LiveRun::cores)
                  .noting(OTHERS.get(other).toString()));
        }
      }
    }
  }

  private static Row row(
      String name,
      String unit,
      Map<String, List<LiveRun>> runs,
      String other,
      ToDoubleFunction<LiveRun> figure) {
    return Row.figures(
        name, unit, DEFAULT, values(runs, DEFAULT, figure), other, values(runs, other, figure));
  }

  private static double[] values(
      Map<String, List<LiveRun>> runs, String who, ToDoubleFunction<LiveRun> figure) {
    return runs.get(who).stream().mapToDouble(figure).toArray();
  }
}
