package io.entrain.bench;

import io.entrain.bench.contest.Allocation;
import io.entrain.bench.contest.ExperimentPace;
import io.entrain.bench.contest.Growth;
import io.entrain.bench.contest.Inference;
import io.entrain.bench.contest.KafkaReplay;
import io.entrain.bench.contest.Latency;
import io.entrain.bench.contest.LiveSettings;
import io.entrain.bench.contest.Rivals;
import io.entrain.bench.contest.Windowing;
import io.entrain.bench.measure.Benchmark;
import java.util.List;

/**
 * The benchmarks, in the order in which they run. {@link KafkaReplay} comes last: Flink's sink that
 * delivers exactly once leaves its admin client open, and those look for their broker for ever.
 */
final class Catalog {
  static final List<Benchmark> ALL =
      List.of(
          new Windowing(),
          new Inference(),
          new Latency(),
          new LiveSettings(),
          new Rivals(),
          new Growth(),
          new Allocation(),
          new ExperimentPace(),
          new KafkaReplay());

  private Catalog() {}

  static List<String> names() {
    return ALL.stream().map(Benchmark::name).toList();
  }

  /**
   * Those of the names, in the order of the catalog; all where there are none.
   *
   * @throws IllegalArgumentException names what is unknown and what there is
   */
  static List<Benchmark> chosen(List<String> names) {
    for (String name : names) {
      if (!names().contains(name)) {
        throw new IllegalArgumentException(
            "there is no benchmark \"%s\"; there are %s".formatted(name, names()));
      }
    }
    return ALL.stream().filter(each -> names.isEmpty() || names.contains(each.name())).toList();
  }
}
