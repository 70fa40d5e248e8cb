package io.entrain.silence;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.embedded.EmbeddedBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader says of its silent partition, which a real broker knows. */
class SilenceReaderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Many looks, and far beyond the time that counts as silence. */
  private static final Duration LONG = Duration.ofSeconds(2);

  private static final AtomicInteger RUNS = new AtomicInteger();
  private static EmbeddedBroker broker;

  private final HandedReader handed = new HandedReader();
  private final Marks marks = new Marks();
  private String quiet;
  private String lively;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @BeforeEach
  void makeTopics() {
    int run = RUNS.incrementAndGet();
    quiet = "quiet" + run;
    lively = "lively" + run;
    broker.createTopics(List.of(quiet, lively), 1);
  }

  @Test
  void aPartitionThatIsNotReadToItsEndPromisesNothingHoweverLongNothingCame() throws Exception {
    send(Map.of(), quiet, 10, 20);
    send(Map.of(), lively, 5000);
    try (SilenceReader<Long> reader = reader(Map.of())) {
      reader.addSplits(List.of(split(0)));
      pollFor(reader, LONG);
      handed.given.add(0L);
      pollFor(reader, LONG);
      assertThat(marks.newestMillis).isEqualTo(Long.MIN_VALUE);
      handed.given.add(1L);
      await(reader, 4999);
    }
  }

  @Test
  void onceReadToItsEndItFollowsTheNewestStampUntilItSpeaksAgain() throws Exception {
    send(Map.of(), quiet, 10);
    try (SilenceReader<Long> reader = reader(Map.of())) {
      reader.addSplits(List.of(split(1)));
      send(Map.of(), lively, 5000);
      await(reader, 4999);
      send(Map.of(), lively, 6000);
      await(reader, 5999);
      send(Map.of(), quiet, 6500);
      send(Map.of(), lively, 9000);
      pollFor(reader, LONG);
      assertThat(marks.newestMillis).isEqualTo(5999);
    }
  }

  @Test
  void whatKafkaKeepsForItselfIsNoRecordToBeRead() throws Exception {
    send(Map.of("transactional.id", quiet), quiet, 10);
    send(Map.of(), lively, 5000);
    try (SilenceReader<Long> reader = reader(Map.of("isolation.level", "read_committed"))) {
      reader.addSplits(List.of(split(1)));
      await(reader, 4999);
    }
  }

  @Test
  void aReaderWithoutAPartitionHoldsNothingUp() throws Exception {
    send(Map.of(), lively, 5000);
    try (SilenceReader<Long> reader = reader(Map.of())) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () -> {
                reader.pollNext(marks);
                return marks.idle;
              });
    }
  }

  private SilenceReader<Long> reader(Map<String, String> settings) {
    Properties properties = new Properties();
    properties.putAll(settings);
    properties.setProperty("bootstrap.servers", broker.bootstrapServers());
    Lookout lookout = new Lookout(50, new BrokerView(properties, List.of(quiet, lively)));
    SilenceReader<Long> reader = new SilenceReader<>(handed, offset -> offset, lookout);
    reader.start();
    return reader;
  }

  private KafkaPartitionSplit split(long nextOffset) {
    return new KafkaPartitionSplit(new TopicPartition(quiet, 0), nextOffset);
  }

  private void await(SilenceReader<Long> reader, long millis) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              reader.pollNext(marks);
              return marks.newestMillis == millis;
            });
  }

  private void pollFor(SilenceReader<Long> reader, Duration duration) throws Exception {
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() < end) {
      reader.pollNext(marks);
      Thread.sleep(10);
    }
  }

  /** A record for each stamp; as one transaction where the settings name one. */
  private static void send(Map<String, String> settings, String topic, long... stamps) {
    Properties properties = new Properties();
    properties.putAll(settings);
    properties.setProperty("bootstrap.servers", broker.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      boolean transaction = settings.containsKey("transactional.id");
      if (transaction) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      for (long stamp : stamps) {
        var unused = producer.send(new ProducerRecord<>(topic, 0, stamp, null, new byte[1]));
      }
      if (transaction) {
        producer.commitTransaction();
      }
    }
  }
}
