package io.entrain.bench.contest;

import com.sun.management.ThreadMXBean;
import io.entrain.bench.load.BareLoop;
import io.entrain.bench.load.Engine;
import io.entrain.bench.load.Engine.Graph;
import io.entrain.bench.load.Feed;
import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.MemoryRun;
import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Setting;
import io.entrain.contract.ModelContract;
import io.entrain.inference.Batch;
import io.entrain.inference.BatchShape;
import io.entrain.inference.OnnxModel;
import io.entrain.inference.Provider;
import io.entrain.pane.BlockGate;
import io.entrain.pane.PaneBuilder;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes that the decoding task allocates for a window in the steady state, and how much of it is
 * reading the blocks, building the pane and calling the model.
 */
public final class Allocation implements Benchmark {
  private static final int SESSIONS = 16;
  private static final int BATCH = 16;
  private static final int CALLS = 500;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Override
  public String name() {
    return "allocation";
  }

  @Override
  public String question() {
    return "bytes allocated for a window in the steady state, and by which part";
  }

  @Override
  public void run(Setting setting, Results results) throws Exception {
    Feed feed = Feed.of(FeedShape.of(SESSIONS, setting.scale().pick(4, 60, 240)));
    try (Engine engine = Engine.start()) {
      for (String model : List.of("lag-posterior", "lag-posterior-incremental")) {
        Path file = setting.model(model);
        results.add(
            Row.figure(
                    "allocation/" + model,
                    "bytes/window",
                    "job",
                    whole(setting, engine, file, feed))
                .within(Limit.oursAtMost(4096))
                .noting("of the thread that reads blocks, keeps panes, calls the model, encodes"));
        results.add(
            Row.figure("allocation/%s/call".formatted(model), "bytes/window", "model", call(file)));
      }
    }
    parts(setting.model("lag-posterior"), feed, results);
  }

  private static double[] whole(Setting setting, Engine engine, Path model, Feed feed)
      throws Exception {
    Graph graph = DecodingJob.inMemory(model, BATCH, BatchShape.AUTO);
    List<Double> bytes = new ArrayList<>();
    for (int i = 0; i < setting.scale().repeats(); i++) {
      try (MemoryRun run = new MemoryRun(feed, feed.shape().windows())) {
        engine.run(run, graph);
        bytes.add(run.bytesPerOutput());
      }
    }
    return bytes.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double call(Path file) {
    try (OnnxModel model = OnnxModel.open(file, Provider.CPU);
        Batch batch = model.batch(BATCH, BatchShape.AUTO)) {
      BareLoop.fill(model, batch);
      return bytesOf(() -> batch.run(BATCH)) / BATCH;
    }
  }

  private static void parts(Path file, Feed feed, Results results) {
    ModelContract contract;
    try (OnnxModel model = OnnxModel.open(file, Provider.CPU)) {
      contract = model.contract();
    }
    BlockGate gate = new BlockGate(contract, new BlockCodec());
    PaneBuilder builder = new PaneBuilder(contract);
    String session = feed.spikes().get(0).session();
    byte[] spikes = feed.spikes().get(0).value();
    byte[] lfp = feed.lfp().get(0).value();
    Block[] blocks = new Block[2];
    double reading =
        bytesOf(
            () -> {
              blocks[0] = gate.read(0, session, spikes).block();
              blocks[1] = gate.read(1, session, lfp).block();
            });
    double building =
        bytesOf(
            () -> {
              builder.add(0, blocks[0], 0, 0, contract.hopNanos());
              builder.add(1, blocks[1], 0, 0, contract.hopNanos());
              builder.build();
            });
    results.add(Row.figure("allocation/blocks", "bytes/window", "read both blocks", reading));
    results.add(Row.figure("allocation/pane", "bytes/window", "build the pane", building));
  }

  /** Bytes that one call allocates in this thread, on average after a warm-up. */
  private static double bytesOf(Runnable work) {
    for (int i = 0; i < CALLS; i++) {
      work.run();
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < CALLS; i++) {
      work.run();
    }
    return (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS;
  }
}
