package io.entrain.soak;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** How far the job is in its topics, and what of them is needed no more. Each has one partition. */
final class TopicEnds implements AutoCloseable {
  private final Admin admin;
  private final String group;
  private final List<TopicPartition> inputs;

  /** {@code inputs}: topics that the job reads as {@code group}. */
  TopicEnds(String bootstrap, String group, List<String> inputs) {
    admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
    this.group = group;
    this.inputs = inputs.stream().map(topic -> new TopicPartition(topic, 0)).toList();
  }

  /** Offsets that the job has committed, in the order of its inputs; 0 where none. */
  long[] committed() {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    return inputs.stream()
        .mapToLong(input -> offsets.get(input) == null ? 0 : offsets.get(input).offset())
        .toArray();
  }

  /** Where a topic ends. */
  long end(String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    return get(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition))
        .offset();
  }

  /** Deletes what stands before these offsets of these topics. */
  void trim(Map<String, Long> offsets) {
    Map<TopicPartition, RecordsToDelete> before = new HashMap<>();
    offsets.forEach(
        (topic, offset) ->
            before.put(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)));
    get(admin.deleteRecords(before).all());
  }

  /** Deletes what the job has behind it, by its committed offsets. */
  void trimInputs(long[] committed) {
    trim(
        inputs.stream()
            .collect(
                Collectors.toMap(
                    TopicPartition::topic, input -> committed[inputs.indexOf(input)])));
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker refused: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking the broker", e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
