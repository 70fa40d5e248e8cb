package io.entrain.chaos;

import io.entrain.embedded.EmbeddedFlink;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.Setting;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.Format;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The undisturbed run: every record of the input topics, in the same order and with the same log
 * times, copied to topics of another prefix and decoded by the same job in this process, which
 * nothing disturbs.
 *
 * @param bootstrap of the broker
 * @param disturbed topics of the run that is judged
 * @param undisturbed topics of this one
 * @param settings of the job, as they were there
 */
record Reference(
    String bootstrap, Topics disturbed, Topics undisturbed, Map<String, String> settings) {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Modalities of the simulated world. */
  static final List<String> MODALITIES = List.of(World.SPIKES, World.LFP);

  /**
   * Records of the input as they stand in the broker, of all modalities, and the announcements of
   * models.
   *
   * @return how many of the input were copied
   */
  int copy() {
    int copied = 0;
    try (BlockProducer producer =
        new BlockProducer(bootstrap, undisturbed, Format.PROTOBUF, Map.of("linger.ms", "20"))) {
      for (String modality : MODALITIES) {
        copied += copy(producer, disturbed.modality(modality), undisturbed.modality(modality));
      }
      copy(producer, disturbed.models(), undisturbed.models());
      producer.flush();
    }
    return copied;
  }

  private int copy(BlockProducer producer, String from, String to) {
    List<Received<byte[]>> records = read(from);
    for (Received<byte[]> record : records) {
      producer.send(to, record.key(), record.value(), record.timestampMillis());
    }
    return records.size();
  }

  /** Decodes the copies; what the job delivers, each topic in order. */
  List<Output> decode() {
    Map<String, String> bounded = new LinkedHashMap<>(settings);
    bounded.put(Setting.BOOTSTRAP.key(), bootstrap);
    bounded.put(Setting.TOPIC_PREFIX.key(), undisturbed.prefix());
    bounded.put(Setting.GROUP.key(), undisturbed.prefix());
    bounded.put(Setting.START_FROM.key(), "earliest");
    bounded.put(Setting.BOUNDED.key(), "true");
    bounded.put(Setting.DELIVERY.key(), "at-least-once");
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    EntrainJob.build(environment, JobConfig.of(bounded));
    try (EmbeddedFlink engine = EmbeddedFlink.start(1)) {
      JobID job = engine.submit(environment);
      Optional<Throwable> failure = engine.awaitEnd(job, PATIENCE);
      if (failure.isPresent()) {
        throw new ChaosException("the undisturbed run failed", failure.get());
      }
    }
    List<Output> outputs = new ArrayList<>();
    for (OutputKind kind : OutputKind.values()) {
      for (Received<byte[]> record : read(kind.topic(undisturbed))) {
        outputs.add(new Output(kind, record.key(), kind.comparable(record.value())));
      }
    }
    return outputs;
  }

  private List<Received<byte[]>> read(String topic) {
    try (RecordConsumer<byte[]> reader =
        new RecordConsumer<>(
            bootstrap, topic, value -> value, Start.BEGINNING, Isolation.READ_COMMITTED)) {
      return reader.readToEnd();
    }
  }
}
