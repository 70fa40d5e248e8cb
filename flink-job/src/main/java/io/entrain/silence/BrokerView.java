package io.entrain.silence;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What the broker says of topics. Clients are made when they are first needed. One thread. */
final class BrokerView implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Partitions are added seldom, and one that is not known yet only makes less known. */
  private static final Duration PARTITIONS_KNOWN_FOR = Duration.ofSeconds(30);

  private final Properties properties;
  private final List<String> topics;
  private final IsolationLevel isolation;
  private Admin admin;
  private KafkaConsumer<byte[], byte[]> consumer;
  private Set<TopicPartition> partitions = Set.of();
  private long partitionsNanos;

  BrokerView(Properties properties, List<String> topics) {
    this.properties = properties;
    this.topics = topics;
    String level = properties.getProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "");
    this.isolation =
        level.toLowerCase(Locale.ROOT).equals("read_committed")
            ? IsolationLevel.READ_COMMITTED
            : IsolationLevel.READ_UNCOMMITTED;
  }

  /** The newest stamp on the topics, ms; {@link Long#MIN_VALUE} where they are empty. */
  long newestMillis() throws ExecutionException, InterruptedException {
    long newest = Long.MIN_VALUE;
    for (ListOffsetsResultInfo of : ask(partitions(), OffsetSpec.maxTimestamp()).values()) {
      newest = of.offset() < 0 ? newest : Math.max(newest, of.timestamp());
    }
    return newest;
  }

  /** The offset that the next record will get, or the oldest one of a transaction. */
  Map<TopicPartition, Long> ends(Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    return offsets(partitions, OffsetSpec.latest());
  }

  /** The oldest offset that is kept. */
  Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    return offsets(partitions, OffsetSpec.earliest());
  }

  /** Whether a reader would find no record from one offset to another, as far as it can be told. */
  boolean isEmpty(TopicPartition partition, long from, long end) {
    KafkaConsumer<byte[], byte[]> reader = consumer();
    reader.assign(List.of(partition));
    reader.seek(partition, from);
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (reader.position(partition, PATIENCE) < end) {
      if (!reader.poll(Duration.ofMillis(100)).isEmpty() || System.nanoTime() > deadlineNanos) {
        return false;
      }
    }
    return true;
  }

  private Set<TopicPartition> partitions() throws ExecutionException, InterruptedException {
    long now = System.nanoTime();
    if (partitions.isEmpty() || now - partitionsNanos > PARTITIONS_KNOWN_FOR.toNanos()) {
      DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs(patienceMillis());
      partitions =
          admin().describeTopics(topics, options).allTopicNames().get().values().stream()
              .flatMap(
                  topic ->
                      topic.partitions().stream()
                          .map(p -> new TopicPartition(topic.name(), p.partition())))
              .collect(Collectors.toSet());
      partitionsNanos = now;
    }
    return partitions;
  }

  private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    ask(partitions, which).forEach((partition, of) -> offsets.put(partition, of.offset()));
    return offsets;
  }

  private Map<TopicPartition, ListOffsetsResultInfo> ask(
      Set<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, which));
    return admin()
        .listOffsets(request, new ListOffsetsOptions(isolation).timeoutMs(patienceMillis()))
        .all()
        .get();
  }

  private static int patienceMillis() {
    return (int) PATIENCE.toMillis();
  }

  private Admin admin() {
    if (admin == null) {
      admin = Admin.create(properties);
    }
    return admin;
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    if (consumer == null) {
      Properties own = new Properties();
      own.putAll(properties);
      own.remove(ConsumerConfig.GROUP_ID_CONFIG);
      own.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
      own.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
      own.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
      own.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
      consumer = new KafkaConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
    return consumer;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
