package io.entrain.silence;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Looks into a partition where numbers do not say enough: between its offsets may lie what Kafka
 * keeps for itself, the marks of transactions, which have stamps as records do. One thread.
 */
final class Probe implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private final KafkaConsumer<byte[], byte[]> consumer;

  Probe(Properties properties) {
    Properties own = new Properties();
    own.putAll(properties);
    own.remove(ConsumerConfig.GROUP_ID_CONFIG);
    own.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    own.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    own.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    own.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "20");
    consumer = new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Whether a reader would find no record from one offset up to another. */
  boolean isEmpty(TopicPartition partition, long from, long end) {
    return newestBetween(partition, from, end, true) == Long.MIN_VALUE;
  }

  /** Stamp of the newest record below an offset; {@link Long#MIN_VALUE} where there is none. */
  long newestBelow(TopicPartition partition, long end) {
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(List.of(partition), PATIENCE);
    long beginning = beginnings.get(partition);
    for (long step = 1; ; step *= 4) {
      long from = Math.max(beginning, end - step);
      long stamp = newestBetween(partition, from, end, false);
      if (stamp != Long.MIN_VALUE || from == beginning) {
        return stamp;
      }
    }
  }

  /**
   * Stamps rise within a partition: the last record has the newest.
   *
   * @param anyWillDo stop at the first records
   */
  private long newestBetween(TopicPartition partition, long from, long end, boolean anyWillDo) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    long stamp = Long.MIN_VALUE;
    while (consumer.position(partition, PATIENCE) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
        if (record.offset() < end) {
          stamp = record.timestamp();
        }
      }
      if (anyWillDo && stamp != Long.MIN_VALUE) {
        return stamp;
      }
      if (System.nanoTime() > deadlineNanos) {
        throw new TimeoutException(
            "%s was not read from %d to %d in time".formatted(partition, from, end));
      }
    }
    return stamp;
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
