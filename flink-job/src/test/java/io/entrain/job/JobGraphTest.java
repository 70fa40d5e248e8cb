package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.control.ControlSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

/** What a savepoint is opened by: a later build must give the same names to the same state. */
class JobGraphTest {
  @Test
  void everyOperatorHasItsNameForEver() {
    assertThat(graph(Map.of()))
        .containsOnlyKeys(
            "read-spikes",
            "read-lfp",
            "read-models",
            "admit-models",
            "decode-lag-posterior",
            "publish",
            "Sink Committer: publish");
  }

  @Test
  void theMostSubtasksAreTheSameForEver() {
    assertThat(graph(Map.of("parallelism", "3")).get("decode-lag-posterior").getMaxParallelism())
        .isEqualTo(128);
  }

  @Test
  void announcementsAreReadAndAdmittedInOnePlace() {
    Map<String, StreamNode> graph = graph(Map.of("parallelism", "3"));
    assertThat(graph.get("read-models").getParallelism()).isEqualTo(1);
    assertThat(graph.get("admit-models").getParallelism()).isEqualTo(1);
    assertThat(graph.get("decode-lag-posterior").getParallelism()).isEqualTo(3);
  }

  /**
   * Kryo would be asked for a type that the engine does not know; without it that type is refused.
   */
  @Test
  void nothingIsSerialisedByKryo() {
    StreamExecutionEnvironment environment = environment(Map.of());
    SerializerConfig config = environment.getConfig().getSerializerConfig();
    assertThatThrownBy(() -> new GenericTypeInfo<>(Object.class).createSerializer(config))
        .hasMessageContaining("Generic types have been disabled");
    for (StreamNode node : environment.getStreamGraph().getStreamNodes()) {
      if (node.getTypeSerializerOut() != null) {
        assertThat(node.getTypeSerializerOut().getClass().getName()).doesNotContain("Kryo");
      }
    }
  }

  private static Map<String, StreamNode> graph(Map<String, String> settings) {
    Map<String, StreamNode> byName = new TreeMap<>();
    for (StreamNode node : environment(settings).getStreamGraph().getStreamNodes()) {
      if (node.getTransformationUID() != null) {
        byName.put(node.getTransformationUID(), node);
      }
    }
    return byName;
  }

  private static StreamExecutionEnvironment environment(Map<String, String> settings) {
    JobConfig config = DecodeHarness.config(settings);
    List<JobModel> models = JobModel.open(config);
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
    EntrainJob.build(
        environment,
        config,
        new EntrainJob.JobModels(models, List.of()),
        new EntrainJob.JobEnds(
            KafkaEnds.sources(config, models.get(0).contract()),
            KafkaEnds.control(config, new ControlSource.Span("entrain.models", 0, Long.MAX_VALUE)),
            KafkaEnds.sink(config)));
    return environment;
  }
}
