package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.v1.Truth;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client classes of the module wire against a real broker. */
class WireClientsTest {
  private static EmbeddedBroker broker;
  private static String bootstrap;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
    bootstrap = broker.bootstrapServers();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSentIsReadInOrderWithItsLogTime(Format format) {
    Topics topics = new Topics("order-" + format);
    new Broker(bootstrap).createTopics(List.of(topics.modality("spikes"), topics.truth()), 3);
    Truth truth = Truth.newBuilder().setSession("s").setLagMillis(-12.5f).build();
    try (BlockProducer producer = new BlockProducer(bootstrap, topics, format, Map.of())) {
      for (int i = 0; i < 200; i++) {
        producer.send(block(i), 5_000 + i);
      }
      producer.send(truth, 77);
    }
    BlockCodec codec = new BlockCodec();
    try (RecordConsumer<BlockReading> consumer =
        open(topics.modality("spikes"), codec::decode, Start.BEGINNING)) {
      List<Received<BlockReading>> received = consumer.readToEnd();
      assertThat(received)
          .extracting(record -> record.value().block())
          .isEqualTo(IntStream.range(0, 200).mapToObj(WireClientsTest::block).toList());
      assertThat(received.get(9).timestampMillis()).isEqualTo(5_009);
      assertThat(received).extracting(Received::key).containsOnly("s");
    }
    try (RecordConsumer<Truth> consumer =
        open(topics.truth(), MessageCodec.TRUTH::decode, Start.BEGINNING)) {
      assertThat(consumer.readToEnd()).extracting(Received::value).containsExactly(truth);
    }
  }

  @Test
  void fromTheEndOnlyWhatComesLaterIsSeen() {
    Topics topics = new Topics("later");
    new Broker(bootstrap).createTopics(List.of(topics.modality("spikes")), 1);
    try (BlockProducer producer = new BlockProducer(bootstrap, topics, Format.PROTOBUF, Map.of())) {
      producer.send(block(0), 1);
      producer.flush();
      try (RecordConsumer<BlockReading> consumer =
          open(topics.modality("spikes"), new BlockCodec()::decode, Start.END)) {
        assertThat(consumer.readToEnd()).isEmpty();
        producer.send(block(1), 2);
        producer.flush();
        assertThat(consumer.readToEnd())
            .extracting(record -> record.value().block())
            .containsExactly(block(1));
      }
    }
  }

  @Test
  void anOpenTransactionIsSeenOnlyUncommitted() {
    new Broker(bootstrap).createTopics(List.of("transactions"), 1);
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            "t");
    try (KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        RecordConsumer<String> committed =
            new RecordConsumer<>(
                bootstrap, "transactions", String::new, Start.BEGINNING, Isolation.READ_COMMITTED);
        RecordConsumer<String> uncommitted = open("transactions", String::new, Start.BEGINNING)) {
      producer.initTransactions();
      producer.beginTransaction();
      var unused =
          producer.send(new ProducerRecord<>("transactions", "x".getBytes(StandardCharsets.UTF_8)));
      producer.flush();
      assertThat(uncommitted.readToEnd()).extracting(Received::value).containsExactly("x");
      assertThat(committed.readToEnd()).isEmpty();
      producer.commitTransaction();
      // The commit returns before its marker is in the partition, so this waits.
      assertThat(committed.poll(Duration.ofSeconds(20)))
          .extracting(Received::value)
          .containsExactly("x");
    }
  }

  @Test
  void creatingATopicTwiceIsNoError() {
    new Broker(bootstrap).createTopics(List.of("twice", "thrice"), 1);
    new Broker(bootstrap).createTopics(List.of("twice"), 1);
    assertThat(new Broker(bootstrap).topics()).contains("twice", "thrice");
  }

  @Test
  void aMissingTopicIsNamed() {
    assertThatThrownBy(() -> open("nowhere", String::new, Start.END))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("there is no topic nowhere on the Kafka broker at " + bootstrap);
  }

  @Test
  void aRecordThatCannotBeDeliveredIsNotForgotten() {
    Topics topics = new Topics("large");
    new Broker(bootstrap).createTopics(List.of("large.raw"), 1);
    BlockProducer producer = new BlockProducer(bootstrap, topics, Format.PROTOBUF, Map.of());
    // Above the broker's limit of 1 MiB and below the producer's.
    producer.send("large.raw", "s", new byte[2 << 20], 1);
    assertThatThrownBy(producer::flush)
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("could not be delivered to the Kafka broker at " + bootstrap);
    assertThatThrownBy(producer::close).isInstanceOf(BrokerException.class);
  }

  @Test
  void aValueThatCannotBeReadIsNamedByItsPlace() {
    new Broker(bootstrap).createTopics(List.of("garbage"), 1);
    try (BlockProducer producer = new BlockProducer(bootstrap)) {
      producer.send("garbage", "s", "{".getBytes(StandardCharsets.UTF_8), 1);
    }
    try (RecordConsumer<Truth> consumer =
        open("garbage", MessageCodec.TRUTH::decode, Start.BEGINNING)) {
      assertThatThrownBy(consumer::readToEnd)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("topic garbage, partition 0, offset 0");
    }
  }

  private static <T> RecordConsumer<T> open(
      String topic, RecordConsumer.Decoder<T> decoder, Start start) {
    return new RecordConsumer<>(bootstrap, topic, decoder, start, Isolation.READ_UNCOMMITTED);
  }

  private static Block block(int number) {
    return new Block(
        "s",
        "spikes",
        number,
        number * 20_000_000L,
        (number + 1) * 20_000_000L,
        new Block.Events(new long[] {number}, new int[] {number % 96}, new float[0]),
        null);
  }
}
