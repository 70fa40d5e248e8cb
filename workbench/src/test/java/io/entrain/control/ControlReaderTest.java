package io.entrain.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.embedded.EmbeddedBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The source of the control topic against a real broker: what it reads, and what it says it knows.
 */
class ControlReaderTest {
  private static final long AHEAD_MILLIS = 2500;
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void saysHowFarTheTopicIsKnownOnceItsEndIsReached() throws Exception {
    String topic = topic();
    send(topic, Map.of(), "a", "b", "c");
    long before = System.currentTimeMillis();
    Output output = new Output();
    try (ControlReader<String> reader = reader(span(topic, Long.MAX_VALUE))) {
      assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
      assertThat(output.marks).isEmpty();
      reader.addSplits(List.of(new ControlSplit(0)));
      pollUntilKnown(reader, output);
      assertThat(output.values).containsExactly("a", "b", "c");
      assertThat(output.recordsBeforeMark).isEqualTo(3);
      assertThat(output.marks.get(0))
          .isBetween(before + AHEAD_MILLIS, System.currentTimeMillis() + AHEAD_MILLIS);
      assertThat(reader.snapshotState(1)).containsExactly(new ControlSplit(3));
    }
  }

  @Test
  void theEndOfATransactionIsNoRecordToWaitFor() throws Exception {
    String topic = topic();
    send(topic, Map.of("transactional.id", topic), "a", "b");
    Output output = new Output();
    try (ControlReader<String> reader = reader(span(topic, Long.MAX_VALUE))) {
      reader.addSplits(List.of(new ControlSplit(0)));
      pollUntilKnown(reader, output);
      assertThat(output.values).containsExactly("a", "b");
    }
  }

  @Test
  void endsAtTheEndThatItIsTold() throws Exception {
    String topic = topic();
    send(topic, Map.of(), "a", "b", "c");
    Output output = new Output();
    try (ControlReader<String> reader = reader(span(topic, 2))) {
      reader.addSplits(List.of(new ControlSplit(0)));
      while (reader.pollNext(output) != InputStatus.END_OF_INPUT) {
        reader.isAvailable().join();
      }
      assertThat(output.values).containsExactly("a", "b");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void eachRecordIsReadOnceWhereverItIsRestarted(long seed) throws Exception {
    Random random = new Random(seed);
    String topic = topic();
    Output output = new Output();
    List<String> sent = new ArrayList<>();
    List<ControlSplit> state = List.of(new ControlSplit(0));
    for (int run = 0; run < 6; run++) {
      try (ControlReader<String> reader = reader(span(topic, Long.MAX_VALUE))) {
        reader.addSplits(state);
        for (int i = random.nextInt(4); i > 0; i--) {
          sent.add(run + "-" + i);
          send(topic, Map.of(), run + "-" + i);
          if (random.nextBoolean()) {
            reader.pollNext(output);
          }
        }
        if (random.nextBoolean()) {
          pollUntilKnown(reader, output);
        }
        state = stored(reader.snapshotState(run));
      }
    }
    try (ControlReader<String> reader = reader(span(topic, Long.MAX_VALUE))) {
      reader.addSplits(state);
      pollUntilKnown(reader, output);
    }
    assertThat(output.values).isEqualTo(sent);
  }

  @Test
  void whileTheBrokerIsAwayNothingNewIsKnownAndNothingFails() throws Exception {
    Output output = new Output();
    EmbeddedBroker other = EmbeddedBroker.start();
    other.createTopics(List.of("away"), 1);
    try (ControlReader<String> reader = reader(other, span("away", Long.MAX_VALUE))) {
      reader.addSplits(List.of(new ControlSplit(0)));
      pollUntilKnown(reader, output);
      other.close();
      int marks = output.marks.size();
      for (int i = 0; i < 3; i++) {
        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
      }
      assertThat(output.marks).hasSize(marks);
    }
  }

  private static List<ControlSplit> stored(List<ControlSplit> splits) throws IOException {
    ControlSplitSerializer serializer = new ControlSplitSerializer();
    List<ControlSplit> read = new ArrayList<>();
    for (ControlSplit split : splits) {
      read.add(serializer.deserialize(serializer.getVersion(), serializer.serialize(split)));
    }
    return read;
  }

  private static void pollUntilKnown(ControlReader<String> reader, Output output) throws Exception {
    int marks = output.marks.size();
    while (output.marks.size() == marks) {
      reader.pollNext(output);
      reader.isAvailable().join();
    }
  }

  private static String topic() {
    String topic = "control-" + RUNS.incrementAndGet();
    broker.createTopics(List.of(topic), 1);
    return topic;
  }

  private static ControlSource.Span span(String topic, long end) {
    return new ControlSource.Span(topic, 0, end);
  }

  private static ControlReader<String> reader(ControlSource.Span span) {
    return reader(broker, span);
  }

  private static ControlReader<String> reader(EmbeddedBroker broker, ControlSource.Span span) {
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", broker.bootstrapServers());
    ControlReader<String> reader = new ControlReader<>(properties, span, new Text(), AHEAD_MILLIS);
    reader.start();
    return reader;
  }

  private static void send(String topic, Map<String, Object> further, String... values) {
    Map<String, Object> settings = new HashMap<>(further);
    settings.put("bootstrap.servers", broker.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      if (!further.isEmpty()) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      for (String value : values) {
        var unused =
            producer.send(new ProducerRecord<>(topic, value.getBytes(StandardCharsets.UTF_8)));
      }
      if (!further.isEmpty()) {
        producer.commitTransaction();
      }
    }
  }

  private static final class Text implements KafkaRecordDeserializationSchema<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<String> collector) {
      collector.collect(new String(record.value(), StandardCharsets.UTF_8));
    }

    @Override
    public TypeInformation<String> getProducedType() {
      return Types.STRING;
    }
  }

  /** Keeps what it is given. */
  private static final class Output implements ReaderOutput<String> {
    private final List<String> values = new ArrayList<>();
    private final List<Long> marks = new ArrayList<>();
    private int recordsBeforeMark;

    @Override
    public void collect(String value) {
      values.add(value);
    }

    @Override
    public void collect(String value, long timestamp) {
      values.add(value);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      if (marks.isEmpty()) {
        recordsBeforeMark = values.size();
      }
      marks.add(watermark.getTimestamp());
    }

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}

    @Override
    public SourceOutput<String> createOutputForSplit(String split) {
      return this;
    }

    @Override
    public void releaseOutputForSplit(String split) {}
  }
}
