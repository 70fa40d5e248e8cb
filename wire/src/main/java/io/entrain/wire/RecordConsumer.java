package io.entrain.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads every partition of one topic, without a consumer group: nothing is committed, and two of
 * them do not disturb each other.
 *
 * <p>For one thread at a time, like Kafka's own consumer.
 *
 * @param <T> what the values hold
 */
public final class RecordConsumer<T> implements AutoCloseable {
  /** Where reading starts. */
  public enum Start {
    BEGINNING,
    END
  }

  /** What of a transaction is seen. */
  public enum Isolation {
    /** Only what is committed: each record once where the job writes exactly-once. */
    READ_COMMITTED,
    /** All at once, also what may be aborted later. */
    READ_UNCOMMITTED
  }

  /** Reads a value. */
  @FunctionalInterface
  public interface Decoder<T> {
    T decode(byte[] value) throws IOException;
  }

  private final String topic;
  private final Decoder<T> decoder;
  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  /**
   * Opens a consumer.
   *
   * @param bootstrap address of the broker, {@code host:port}
   * @param topic must exist
   * @param decoder for example {@code MessageCodec.DECODED::decode}
   * @param start the end is that of the moment of the call
   * @param isolation what of a transaction is seen
   * @throws BrokerException where no broker answers within ten seconds or the topic does not exist
   */
  public RecordConsumer(
      String bootstrap, String topic, Decoder<T> decoder, Start start, Isolation isolation) {
    this(bootstrap, topic, decoder, start, isolation, Map.of());
  }

  /**
   * The same with further settings of Kafka's consumer, for example of TLS and SASL, or of how long
   * a fetch may wait.
   *
   * @throws BrokerException where no broker answers within ten seconds or the topic does not exist
   */
  public RecordConsumer(
      String bootstrap,
      String topic,
      Decoder<T> decoder,
      Start start,
      Isolation isolation,
      Map<String, String> kafka) {
    if (!new Broker(bootstrap, kafka).topics().contains(topic)) {
      throw new BrokerException(
          "there is no topic %s on the Kafka broker at %s: start what writes it first, or create it"
              .formatted(topic, bootstrap),
          null);
    }
    this.topic = topic;
    this.decoder = decoder;
    this.consumer =
        new KafkaConsumer<>(
            settings(bootstrap, isolation, kafka),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    this.partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    consumer.assign(partitions);
    if (start == Start.BEGINNING) {
      consumer.seekToBeginning(partitions);
    } else {
      // An offset each: a seek to the end would be resolved only by the first poll.
      consumer.endOffsets(partitions).forEach(consumer::seek);
    }
  }

  private static Map<String, Object> settings(
      String bootstrap, Isolation isolation, Map<String, String> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
        isolation == Isolation.READ_COMMITTED ? "read_committed" : "read_uncommitted");
    // The default of 500 ms delays what becomes visible by a commit rather than by an append.
    settings.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
    return settings;
  }

  /**
   * What has come, in the order of each partition; empty where nothing came within {@code timeout}.
   *
   * @throws UncheckedIOException where a value cannot be read; says which
   */
  public List<Received<T>> poll(Duration timeout) {
    List<Received<T>> received = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
      received.add(read(record));
    }
    return received;
  }

  /** Everything up to the end of the topic as it is now. */
  public List<Received<T>> readToEnd() {
    List<Received<T>> received = new ArrayList<>();
    readToEnd(received::add);
    return received;
  }

  /** The same without keeping it: each goes to {@code reader}. */
  public void readToEnd(java.util.function.Consumer<Received<T>> reader) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(Duration.ofMillis(100)).forEach(reader);
    }
  }

  private Received<T> read(ConsumerRecord<byte[], byte[]> record) {
    try {
      return new Received<>(
          record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
          decoder.decode(record.value()),
          record.partition(),
          record.offset(),
          record.timestamp(),
          record.headers());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(
          "topic %s, partition %d, offset %d: %s"
              .formatted(topic, record.partition(), record.offset(), unreadable.getMessage()),
          unreadable);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
