package io.entrain.wire;

import io.entrain.wire.v1.Truth;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends blocks to Kafka: idempotent, acknowledged by all replicas, at once.
 *
 * <h2>Assumptions</h2>
 *
 * The record timestamp is the caller's: it is the log time by which the job decides lateness, so it
 * must not go back within a session, and is wall time in milliseconds for a live producer.
 *
 * <h2>Guarantees</h2>
 *
 * Blocks of one session and modality stay in the order sent. A record that could not be delivered
 * makes the next {@link #send}, {@link #flush} or {@link #close} throw. Safe for several threads.
 */
public final class BlockProducer implements AutoCloseable {
  private final Topics topics;
  private final Format format;
  private final BlockCodec codec = new BlockCodec();
  private final Producer<byte[], byte[]> producer;
  private final String bootstrap;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /** Opens a producer with Protobuf values on the default topics. */
  public BlockProducer(String bootstrap) {
    this(bootstrap, Topics.DEFAULT, Format.PROTOBUF, Map.of());
  }

  /**
   * Opens a producer.
   *
   * @param bootstrap address of the broker, {@code host:port}
   * @param topics names of the topics
   * @param format how values are written
   * @param overrides Kafka's own settings that replace ours, for example of TLS and SASL
   * @throws BrokerException where no broker answers within ten seconds
   */
  public BlockProducer(
      String bootstrap, Topics topics, Format format, Map<String, String> overrides) {
    new Broker(bootstrap, overrides).check();
    this.bootstrap = bootstrap;
    this.topics = topics;
    this.format = format;
    this.producer =
        new KafkaProducer<>(
            settings(bootstrap, overrides), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> settings(String bootstrap, Map<String, String> overrides) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    // The default of 5 ms is a quarter of a hop.
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, BlockCodec.DEFAULT_MAX_SIZE_IN_BYTES + 1024);
    settings.putAll(overrides);
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    return settings;
  }

  /** Sends a block to its modality's topic; {@code timestampMillis} is its log time. */
  public void send(Block block, long timestampMillis) {
    send(
        topics.modality(block.modality()),
        block.session(),
        codec.encode(block, format),
        timestampMillis);
  }

  /** Sends what is true of a session to the topic of the truth. */
  public void send(Truth truth, long timestampMillis) {
    send(
        topics.truth(),
        truth.getSession(),
        MessageCodec.TRUTH.encode(truth, format),
        timestampMillis);
  }

  /** Sends any value; for tools and tests that send what is not a block. */
  public void send(String topic, String key, byte[] value, long timestampMillis) {
    throwFailure();
    // The callback keeps what the future would throw.
    Future<RecordMetadata> unused =
        producer.send(
            new ProducerRecord<>(
                topic, null, timestampMillis, key.getBytes(StandardCharsets.UTF_8), value),
            (metadata, exception) -> {
              if (exception != null) {
                failure.compareAndSet(null, exception);
              }
            });
  }

  /** Returns once everything sent so far is acknowledged. */
  public void flush() {
    producer.flush();
    throwFailure();
  }

  /** Waits up to ten seconds for what is still on its way. */
  @Override
  public void close() {
    producer.close(Duration.ofSeconds(10));
    throwFailure();
  }

  private void throwFailure() {
    Exception exception = failure.get();
    if (exception != null) {
      throw new BrokerException(
          "a record could not be delivered to the Kafka broker at %s: %s"
              .formatted(bootstrap, exception.getMessage()),
          exception);
    }
  }
}
