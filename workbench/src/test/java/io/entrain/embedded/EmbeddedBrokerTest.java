package io.entrain.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class EmbeddedBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void carriesCommittedTransactionsWhateverTheirTimestamps() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      broker.createTopics(List.of("a", "b"), 2);
      long tomorrow = System.currentTimeMillis() + Duration.ofDays(1).toMillis();
      try (KafkaProducer<String, String> producer = producer(broker)) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("a", 1, 1L, "k", "long ago")).get();
        producer.send(new ProducerRecord<>("a", 1, tomorrow, "k", "tomorrow")).get();
        producer.commitTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("a", 1, 1L, "k", "aborted")).get();
        producer.abortTransaction();
      }
      assertThat(read(broker, "a", 1)).containsExactly("long ago", "tomorrow");
    }
  }

  @Test
  void leavesNoThreadPortOrFileBehind() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Set<Path> filesBefore = scratchFolders();
    String address;
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      address = broker.bootstrapServers();
      broker.createTopics(List.of("a"), 1);
      assertThat(scratchFolders()).hasSize(filesBefore.size() + 1);
    }
    assertThat(scratchFolders()).isEqualTo(filesBefore);
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    assertThat(Thread.getAllStackTraces().keySet().stream().filter(t -> !before.contains(t)))
        .filteredOn(thread -> thread.isAlive() && !thread.isDaemon())
        .isEmpty();
  }

  @Test
  void refusesAPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedBroker.start(taken.getLocalPort()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("port " + taken.getLocalPort() + " is taken");
    }
  }

  private static KafkaProducer<String, String> producer(EmbeddedBroker broker) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "t"),
        new StringSerializer(),
        new StringSerializer());
  }

  private static List<String> read(EmbeddedBroker broker, String topic, int partition) {
    TopicPartition from = new TopicPartition(topic, partition);
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(from));
      long end = consumer.endOffsets(List.of(from)).get(from);
      long giveUp = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(from) < end && System.nanoTime() < giveUp) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private static Set<Path> scratchFolders() throws Exception {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("entrain-broker-"))
          .collect(Collectors.toSet());
    }
  }
}
