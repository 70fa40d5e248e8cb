package io.entrain.control;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the topic on its own task's thread, a little at a time. */
final class ControlReader<T> implements SourceReader<T, ControlSplit> {
  /** How often the topic is looked at. Far below the lead, far above the cost of a request. */
  static final long INTERVAL_MILLIS = 100;

  /** While it waits for the broker the task takes no checkpoint. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Properties properties;
  private final ControlSource.Span span;
  private final TopicPartition partition;
  private final KafkaRecordDeserializationSchema<T> deserializer;
  private final long aheadMillis;
  private KafkaConsumer<byte[], byte[]> consumer;
  private long nextOffset = ControlSplit.NONE.nextOffset();
  private long knownMillis = Long.MIN_VALUE;
  private CompletableFuture<Void> available = new CompletableFuture<>();

  ControlReader(
      Properties properties,
      ControlSource.Span span,
      KafkaRecordDeserializationSchema<T> deserializer,
      long aheadMillis) {
    this.properties = properties;
    this.span = span;
    this.partition = new TopicPartition(span.topic(), 0);
    this.deserializer = deserializer;
    this.aheadMillis = aheadMillis;
  }

  @Override
  public void start() {
    Properties own = new Properties();
    own.putAll(properties);
    own.remove(ConsumerConfig.GROUP_ID_CONFIG);
    own.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    own.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    // What was deleted before it was read is gone; what is left counts.
    own.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    consumer = new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    assign();
  }

  @Override
  public void addSplits(List<ControlSplit> splits) {
    nextOffset = splits.get(0).nextOffset();
    assign();
    available.complete(null);
  }

  private void assign() {
    if (consumer != null && nextOffset != ControlSplit.NONE.nextOffset()) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, nextOffset);
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> output) throws IOException {
    if (nextOffset == ControlSplit.NONE.nextOffset()) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    // The clock first: what is on the topic by now is below the end that is asked for next.
    long nowMillis = System.currentTimeMillis();
    boolean all;
    try {
      all = readTo(span.isBounded() ? span.endOffset() : endOffset(), output);
    } catch (RetriableException unanswered) {
      // The broker is away; what is known stays what it was until it answers.
      all = false;
    }
    if (all && span.isBounded()) {
      return InputStatus.END_OF_INPUT;
    }
    if (all && nowMillis + aheadMillis > knownMillis) {
      knownMillis = nowMillis + aheadMillis;
      output.emitWatermark(new Watermark(knownMillis));
    }
    available =
        new CompletableFuture<Void>()
            .completeOnTimeout(null, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    return InputStatus.NOTHING_AVAILABLE;
  }

  private long endOffset() {
    return consumer.endOffsets(List.of(partition), PATIENCE).get(partition);
  }

  /** Whether the consumer's position reached the end; it passes what is no record, too. */
  private boolean readTo(long end, ReaderOutput<T> output) throws IOException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (consumer.position(partition, PATIENCE) < end) {
      if (System.nanoTime() > deadlineNanos) {
        return false;
      }
      for (ConsumerRecord<byte[], byte[]> record :
          consumer.poll(Duration.ofMillis(INTERVAL_MILLIS))) {
        if (record.offset() < end) {
          deserializer.deserialize(record, collector(record, output));
        }
      }
      nextOffset = consumer.position(partition, PATIENCE);
    }
    return true;
  }

  private Collector<T> collector(ConsumerRecord<byte[], byte[]> record, ReaderOutput<T> output) {
    return new Collector<>() {
      @Override
      public void collect(T element) {
        output.collect(element, record.timestamp());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<ControlSplit> snapshotState(long checkpointId) {
    return nextOffset == ControlSplit.NONE.nextOffset()
        ? List.of()
        : List.of(new ControlSplit(nextOffset));
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return available;
  }

  @Override
  public void notifyNoMoreSplits() {}

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close();
    }
  }
}
