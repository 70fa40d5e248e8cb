package io.entrain.job;

import io.entrain.control.ControlSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** What of the control topic a job reads that has no state yet. */
final class ControlTopic {
  /** Announcements are few, and all of them say what decoded what. */
  static final Map<String, String> SETTINGS =
      Map.of("retention.ms", "-1", "cleanup.policy", "delete");

  private ControlTopic() {}

  /**
   * From its beginning where the inputs are read from theirs: the same announcements then meet the
   * same panes again. Else from its end: what was announced to another job is not meant for this
   * one, whose settings name its models.
   *
   * @throws ConfigException where the topic has more than one partition, which have no common order
   */
  static ControlSource.Span span(Admin admin, JobConfig config, List<String> inputs)
      throws ExecutionException, InterruptedException {
    String topic = config.topics().models();
    int partitions =
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
    if (partitions != 1) {
      throw new ConfigException(
          "topic %s has %d partitions; it must have 1, or announcements have no order"
              .formatted(topic, partitions));
    }
    boolean fromBeginning =
        switch (config.text(Setting.START_FROM)) {
          case "earliest" -> true;
          case "latest" -> false;
          default -> !isCommitted(admin, config, inputs);
        };
    long end = offset(admin, topic, OffsetSpec.latest());
    return new ControlSource.Span(
        topic,
        fromBeginning ? offset(admin, topic, OffsetSpec.earliest()) : end,
        config.flag(Setting.BOUNDED) ? end : Long.MAX_VALUE);
  }

  private static boolean isCommitted(Admin admin, JobConfig config, List<String> inputs)
      throws ExecutionException, InterruptedException {
    return admin
        .listConsumerGroupOffsets(config.text(Setting.GROUP))
        .partitionsToOffsetAndMetadata()
        .get()
        .keySet()
        .stream()
        .anyMatch(partition -> inputs.contains(partition.topic()));
  }

  private static long offset(Admin admin, String topic, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    TopicPartition partition = new TopicPartition(topic, 0);
    return admin.listOffsets(Map.of(partition, which)).partitionResult(partition).get().offset();
  }
}
