package io.entrain.fuzz;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends fuzzed records as a careless producer would, and writes down where the broker put them. */
final class FuzzSender implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 20;

  private final List<String> topics;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<Place, Sent> sent = new ConcurrentHashMap<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /** {@code topics}: one for each modality. */
  FuzzSender(String bootstrap, List<String> topics) {
    this.topics = topics;
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    // The limit is of what is not packed yet: whoever sends a bomb has none.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, BUFFER_BYTES);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Sends the next {@code count} records of the stream; fewer where {@code stop} says so.
   *
   * @throws IllegalStateException where the broker refuses one
   */
  Map<Place, Sent> send(
      FuzzStream stream, long count, BooleanSupplier stop, LongConsumer progress) {
    for (long i = 0; i < count && failure.get() == null && !stop.getAsBoolean(); i++) {
      send(stream.next());
      progress.accept(i + 1);
    }
    producer.flush();
    if (failure.get() != null) {
      throw new IllegalStateException("the broker refused a fuzzed record", failure.get());
    }
    return sent;
  }

  private void send(FuzzRecord record) {
    long fingerprint = Fingerprint.of(record.key(), record.value(), record.timestampMillis());
    Sent what = new Sent(record.mutation(), fingerprint);
    var unused =
        producer.send(
            new ProducerRecord<>(
                topics.get(record.modality()),
                null,
                record.timestampMillis(),
                record.key(),
                record.value()),
            (where, refusal) -> note(what, where, refusal));
  }

  private void note(Sent what, RecordMetadata where, Exception refusal) {
    if (refusal != null) {
      failure.compareAndSet(null, refusal);
    } else {
      sent.put(new Place(where.topic(), where.partition(), where.offset()), what);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
