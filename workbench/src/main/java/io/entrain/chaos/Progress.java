package io.entrain.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far a job's checkpoints have come in its input: the offsets that it commits. */
final class Progress implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final Admin admin;
  private final String group;

  Progress(String bootstrap, String group) {
    this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
    this.group = group;
  }

  /**
   * Whether a finished checkpoint holds all that the topics hold now.
   *
   * @param partitions of each topic
   */
  boolean done(List<String> topics, int partitions) {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (String topic : topics) {
      for (int partition = 0; partition < partitions; partition++) {
        ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
      }
    }
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return admin
          .listOffsets(ends)
          .all()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .entrySet()
          .stream()
          .allMatch(
              end -> {
                OffsetAndMetadata offset = committed.get(end.getKey());
                long reached = offset == null ? 0 : offset.offset();
                return reached >= end.getValue().offset();
              });
    } catch (ExecutionException | TimeoutException notNow) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosException("interrupted while the job's offsets were asked for", e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
