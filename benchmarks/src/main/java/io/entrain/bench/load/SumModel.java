package io.entrain.bench.load;

import io.entrain.contract.ModelContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A model that does next to nothing: it decodes the number of events in its window and the sum of
 * its samples. What is left is what the job costs without a model, and the output still says
 * whether the window held what it should.
 *
 * @param contextHops panes of a window
 * @param units of the spikes
 * @param channels of the LFP
 */
public record SumModel(int contextHops, int units, int channels) {
  /** The components of what it decodes, both exact as long as they stay below 2^24. */
  public static final List<String> COMPONENTS = List.of("events", "samples");

  private static final int BINS_PER_HOP = 2;

  /** Writes it into {@code folder}; returns the file. */
  public Path write(Path folder) {
    Path file =
        folder.resolve(
            "sum-%d-hops-%d-units-%d-channels.onnx".formatted(contextHops, units, channels));
    try {
      return Files.write(file, graph().toFile(ModelContract.METADATA_KEY, contract()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private OnnxGraph graph() {
    int bins = contextHops * BINS_PER_HOP;
    int rows = contextHops * FeedShape.HOP_MILLIS;
    return new OnnxGraph()
        .input("spikes", bins, units)
        .input("spikes_mask", bins)
        .input("lfp", rows, channels)
        .input("lfp_mask", rows)
        .axes("inside", 1, 2)
        .axes("last", 1)
        .constant("zero", 0)
        .node("ReduceSum", List.of("spikes", "inside"), "counted", "keepdims", 0)
        .node("ReduceSum", List.of("lfp", "inside"), "summed", "keepdims", 0)
        .node("Unsqueeze", List.of("counted", "last"), "events")
        .node("Unsqueeze", List.of("summed", "last"), "samples")
        .node("Concat", List.of("events", "samples"), "decoded", "axis", 1)
        .node("Mul", List.of("decoded", "zero"), "decoded_log_variance")
        .output("decoded", COMPONENTS.size())
        .output("decoded_log_variance", COMPONENTS.size());
  }

  private String contract() {
    return """
    {"version": 2, "name": "sum", "hop_millis": %d, "context_hops": %d, "warmup_hops": %2$d,
     "modalities": [
      {"name": "spikes", "kind": "events", "channels": %d, "bins_per_hop": %d, "unit": "count", "marks": []},
      {"name": "lfp", "kind": "samples", "channels": %d, "rate_hz": 1000, "unit": "sd"}],
     "states": [], "lag": null, "attention": null,
     "outputs": [{"name": "decoded", "log_variance": "decoded_log_variance", "delay_millis": 0,
      "components": [{"name": "events", "unit": "count"}, {"name": "samples", "unit": "sd"}]}],
     "provenance": {"data": "none", "seed": 0, "code_version": "0.1.0"}}
    """
        .formatted(FeedShape.HOP_MILLIS, contextHops, units, BINS_PER_HOP, channels);
  }
}
