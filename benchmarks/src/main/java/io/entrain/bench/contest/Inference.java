package io.entrain.bench.contest;

import io.entrain.bench.load.BareLoop;
import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Engine.Graph;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.MemoryRun;
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
import io.entrain.job.OutputRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Windows a second through the production job with a trained model, in memory, against a bare loop
 * over the same model at the same batch; both forms of the model, and one against the other.
 */
public final class Inference implements Benchmark {
  /** As many as the largest batch: a model with state takes one window of each session a call. */
  private static final int SESSIONS = 64;

  private static final int ASKED_BATCH = 16;
  private static final String WINDOW = "window";
  private static final String INCREMENTAL = "incremental";

  @Override
  public String name() {
    return "inference";
  }

  @Override
  public String question() {
    return "the decode operator against a bare ONNX Runtime loop, in both forms of the model";
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    Scale scale = setting.scale();
    // The incremental form costs a quarter: more windows for as long a run.
    Feed incremental = Feed.of(FeedShape.of(SESSIONS, scale.pick(2, 40, 120)));
    Feed window = incremental.first(scale.pick(2, 10, 30));
    List<Form> forms =
        List.of(
            new Form(WINDOW, setting.model("lag-posterior"), window),
            new Form(INCREMENTAL, setting.model("lag-posterior-incremental"), incremental));
    try (Engine engine = Engine.start()) {
      for (int batch : scale.pick(List.of(4), List.of(1, 16), List.of(1, 4, 16, 64))) {
        new Round(scale, engine, forms, batch, BatchShape.FITTED).run(results);
      }
      if (scale != Scale.QUICK) {
        new Round(scale, engine, forms, ASKED_BATCH, BatchShape.SINGLE).run(results);
      }
    }
  }

  private record Form(String name, Path model, Feed feed) {}

  /** Both forms and their floors at one batch. */
  private static final class Round {
    private final Scale scale;
    private final Engine engine;
    private final List<Form> forms;
    private final int batch;
    private final BatchShape shape;
    private final Map<String, Decodings> decodings = new HashMap<>();
    private final Map<String, Double> meanBatch = new HashMap<>();

    Round(Scale scale, Engine engine, List<Form> forms, int batch, BatchShape shape) {
      this.scale = scale;
      this.engine = engine;
      this.forms = forms;
      this.batch = batch;
      this.shape = shape;
    }

    void run(Results results) throws Exception {
      List<Contestant<Sample>> contestants = new ArrayList<>();
      for (Form form : forms) {
        contestants.add(job(form));
        BareLoop loop = new BareLoop(form.model, batch, shape);
        contestants.add(
            new Contestant<>(form.name + "-bare", () -> loop.run(form.feed.shape().windows())));
      }
      Map<String, List<Sample>> samples = Race.run(scale, contestants);
      for (Form form : forms) {
        results.add(overBare(form, samples));
      }
      results.add(incrementalOverWindow(samples));
    }

    private Row overBare(Form form, Map<String, List<Sample>> samples) {
      Row row =
          Row.rates(
                  "inference/%s/%s".formatted(form.name, place()),
                  "windows/s",
                  "job",
                  samples.get(form.name),
                  "bare loop",
                  samples.get(form.name + "-bare"))
              .noting("%.1f windows in a call of the job".formatted(meanBatch.get(form.name)));
      return isAsked() ? row.within(Limit.ratioAtLeast(.95)) : row;
    }

    private Row incrementalOverWindow(Map<String, List<Sample>> samples) {
      double off = decodings.get(WINDOW).largestDifference(decodings.get(INCREMENTAL), INCREMENTAL);
      Row row =
          Row.rates(
                  "inference/incremental-over-window/" + place(),
                  "windows/s",
                  INCREMENTAL,
                  samples.get(INCREMENTAL),
                  WINDOW,
                  samples.get(WINDOW))
              .noting(
                  "means differ by at most %.1e over %d windows"
                      .formatted(off, decodings.get(WINDOW).size()));
      return isAsked() ? row.within(Limit.ratioAtLeast(8)) : row;
    }

    private String place() {
      return (shape == BatchShape.SINGLE ? "single-" : "batch-") + batch;
    }

    private boolean isAsked() {
      return batch == ASKED_BATCH && shape == BatchShape.FITTED;
    }

    /** Windows over calls: a call of n windows gives n outputs that say n. */
    private static double calledWith(List<OutputRecord> outputs) {
      double calls = outputs.stream().mapToDouble(output -> 1.0 / output.batchWindows()).sum();
      return outputs.size() / calls;
    }

    private Contestant<Sample> job(Form form) {
      Graph graph = DecodingJob.inMemory(form.model, batch, shape);
      return new Contestant<>(
          form.name,
          () -> {
            try (MemoryRun run = new MemoryRun(form.feed, form.feed.shape().windows())) {
              engine.run(run, graph);
              decodings.put(form.name, Decodings.ofOutputs(run.outputs()));
              meanBatch.put(form.name, calledWith(run.outputs()));
              return run.sample(1, 0);
            }
          });
    }
  }
}
