package io.entrain.bench.contest;

import io.entrain.bench.load.BareLoop;
import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Engine.Graph;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.MemoryRun;
import io.entrain.bench.load.SumModel;
import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Contestant;
import io.entrain.bench.measure.Fit;
import io.entrain.bench.measure.Race;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Sample;
import io.entrain.bench.measure.Scale;
import io.entrain.bench.measure.Setting;
import io.entrain.bench.measure.Spread;
import io.entrain.inference.BatchShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CPU of a window against the length of the window, the channels and the sessions, of the job
 * without a model; and against the length, the channels and the lags on the grid, of the model
 * alone. A power law through each, with the 95 % interval of its exponent.
 */
public final class Growth implements Benchmark {
  private static final int BATCH = 16;

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public String question() {
    return "cost against window length, channels, sessions and lag grid, with the exponent";
  }

  @Override
  public boolean isForTheRecord() {
    return true;
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    Scale scale = setting.scale();
    try (Engine engine = Engine.start()) {
      Jobs jobs = new Jobs(setting, engine);
      for (int hops :
          scale.pick(List.of(2, 4), List.of(5, 50, 200), List.of(5, 12, 25, 50, 100, 200))) {
        jobs.add(
            "window-length", hops, new SumModel(hops, FeedShape.UNITS, FeedShape.CHANNELS), 16);
      }
      for (int channels :
          scale.pick(List.of(4, 8), List.of(8, 32, 128), List.of(4, 8, 16, 32, 64, 128))) {
        jobs.add("channels", channels, new SumModel(50, FeedShape.UNITS, channels), 16);
      }
      for (int sessions :
          scale.pick(List.of(1, 2), List.of(1, 16, 100), List.of(1, 4, 16, 64, 256))) {
        SumModel model = new SumModel(50, FeedShape.UNITS, FeedShape.CHANNELS);
        jobs.add("sessions", sessions, model, sessions);
      }
      report("job", scale, jobs.contestants, results);
    }
    models(setting, results);
  }

  /** Contestants {@code dimension/size}, which all run in turn. */
  private static final class Jobs {
    private final Setting setting;
    private final Engine engine;
    private final List<Contestant<Sample>> contestants = new ArrayList<>();

    Jobs(Setting setting, Engine engine) {
      this.setting = setting;
      this.engine = engine;
    }

    void add(String dimension, int size, SumModel model, int sessions) {
      int windows = setting.scale().pick(40, 10_000, 30_000);
      int hops = Math.max(windows / sessions, 3 * model.contextHops() / 2);
      FeedShape shape = new FeedShape(sessions, hops, model.units(), model.channels());
      Path file = model.write(setting.folder());
      contestants.add(new Contestant<>(dimension + "/" + size, () -> run(file, shape)));
    }

    private Sample run(Path model, FeedShape shape) throws Exception {
      Graph graph = DecodingJob.inMemory(model, BATCH, BatchShape.FITTED);
      // Drawn again each time: all of them at once would not fit into memory.
      try (MemoryRun run = new MemoryRun(Feed.of(shape), shape.windows())) {
        engine.run(run, graph);
        return run.sample(1, 0);
      }
    }
  }

  private static void models(Setting setting, Results results) throws Exception {
    if (setting.scale() != Scale.FULL) {
      results.skip("growth/model", "the models of other sizes are made in a full run only");
      return;
    }
    Path folder = setting.folder().resolve("growth-models");
    String failure = exported(setting.root(), folder);
    if (failure != null) {
      results.skip("growth/model", failure);
      return;
    }
    Map<String, int[]> sizes = new LinkedHashMap<>();
    sizes.put("window-length", new int[] {40, 50, 100, 200});
    sizes.put("channels", new int[] {8, 16, 32, 64, 128});
    sizes.put("lag-grid", new int[] {13, 25, 49, 97});
    List<Contestant<Sample>> contestants = new ArrayList<>();
    sizes.forEach(
        (dimension, all) ->
            Arrays.stream(all).forEach(size -> contestants.add(bare(folder, dimension, size))));
    report("model", setting.scale(), contestants, results);
  }

  private static Contestant<Sample> bare(Path folder, String dimension, int size) {
    Path model = folder.resolve("%s-%d.onnx".formatted(dimension, size));
    BareLoop loop = new BareLoop(model, BATCH, BatchShape.FITTED);
    return new Contestant<>(dimension + "/" + size, () -> loop.run(400));
  }

  /** Null where all went well, else why not. */
  private static String exported(Path root, Path folder) throws IOException {
    Path python = root.resolve(".venv/bin/python");
    if (!python.toFile().canExecute()) {
      return "no Python environment to export models of other sizes; ./entrain train makes it";
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                python.toString(),
                root.resolve("benchmarks/python/untrained_models.py").toString(),
                "--out",
                folder.toString())
            .redirectErrorStream(true);
    builder.environment().put("PYTHONPATH", root.resolve("model").toString());
    Process process = builder.start();
    try {
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String last = text.strip().lines().reduce("", (before, line) -> line);
      return process.waitFor() == 0 ? null : "the export failed: " + last;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static void report(
      String who, Scale scale, List<Contestant<Sample>> contestants, Results results)
      throws Exception {
    Map<String, List<Sample>> samples = Race.run(scale, contestants);
    Map<String, List<double[]>> points = new LinkedHashMap<>();
    samples.forEach(
        (name, all) -> {
          double[] micros = all.stream().mapToDouble(Sample::cpuMicros).toArray();
          results.add(
              Row.figure("growth/%s/%s".formatted(who, name), "µs CPU/window", who, micros));
          int slash = name.indexOf('/');
          points
              .computeIfAbsent(name.substring(0, slash), dimension -> new ArrayList<>())
              .add(
                  new double[] {
                    Double.parseDouble(name.substring(slash + 1)), Spread.of(micros).median()
                  });
        });
    points.forEach((dimension, all) -> results.add(exponent(who, dimension, all)));
  }

  private static Row exponent(String who, String dimension, List<double[]> points) {
    double[] size = points.stream().mapToDouble(point -> point[0]).toArray();
    double[] cost = points.stream().mapToDouble(point -> point[1]).toArray();
    Fit fit = Fit.of(size, cost);
    Spread interval =
        new Spread(
            fit.exponent(), fit.exponent() - fit.halfWidth(), fit.exponent() + fit.halfWidth());
    return new Row(
        "growth/%s/%s/exponent".formatted(who, dimension),
        "",
        new Row.Side(who, interval, null),
        null,
        null,
        null,
        "of the power law, with its 95 %% interval; %.3g µs at size 1".formatted(fit.factor()));
  }
}
