package io.entrain.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.embedded.EmbeddedBroker;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What SECURITY.md says of topics whose producers are not trusted. */
class CompressedBombTest {
  private static final byte[] ZEROS = new byte[8 << 20];

  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      NewTopic open = new NewTopic("open", 1, (short) 1);
      NewTopic guarded =
          new NewTopic("guarded", 1, (short) 1).configs(Map.of("compression.type", "uncompressed"));
      admin.createTopics(List.of(open, guarded)).all().get();
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void aTopicTakesARecordThatUnpacksToManyTimesItsLimit() throws Exception {
    assertThat(send("open").offset()).isZero();
  }

  @Test
  void aTopicThatKeepsRecordsUnpackedRefusesIt() {
    assertThatThrownBy(() -> send("guarded")).hasCauseInstanceOf(RecordTooLargeException.class);
  }

  private static RecordMetadata send(String topic) throws Exception {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "compression.type",
            "zstd",
            "max.request.size",
            2 * ZEROS.length);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      return producer.send(new ProducerRecord<>(topic, ZEROS)).get();
    }
  }
}
