package io.entrain.silence;

import java.time.Duration;
import java.util.Comparator;
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
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** What the broker says of topics. Clients are made when they are first needed. One thread. */
final class BrokerView implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 2000;

  /** Partitions are added seldom, and one that is not known yet only makes less known. */
  private static final Duration PARTITIONS_KNOWN_FOR = Duration.ofSeconds(30);

  private final Properties properties;
  private final List<String> topics;
  private final IsolationLevel isolation;
  private Admin admin;
  private Probe probe;
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

  /** The newest stamp of a record on the topics, ms; {@link Long#MIN_VALUE} where there is none. */
  long newestMillis() throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> ends = ends(partitions());
    List<Map.Entry<TopicPartition, ListOffsetsResultInfo>> newestFirst =
        ask(partitions(), OffsetSpec.maxTimestamp()).entrySet().stream()
            .filter(newest -> newest.getValue().offset() >= 0)
            .sorted(Comparator.comparingLong(newest -> -newest.getValue().timestamp()))
            .toList();
    long newest = Long.MIN_VALUE;
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> next : newestFirst) {
      ListOffsetsResultInfo most = next.getValue();
      if (most.timestamp() <= newest) {
        break;
      }
      long end = Math.min(most.offset() + 1, ends.get(next.getKey()));
      newest = Math.max(newest, probe().newestBelow(next.getKey(), end));
    }
    return newest;
  }

  /** The offset that the next record will get, or the oldest one of a transaction. */
  Map<TopicPartition, Long> ends(Set<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    return offsets(partitions, OffsetSpec.latest());
  }

  /** The oldest offset that is kept. */
  long beginning(TopicPartition partition) throws ExecutionException, InterruptedException {
    return offsets(Set.of(partition), OffsetSpec.earliest()).get(partition);
  }

  /** Whether a reader would find no record from one offset up to another. */
  boolean isEmpty(TopicPartition partition, long from, long end) {
    return probe().isEmpty(partition, from, end);
  }

  private Set<TopicPartition> partitions() throws ExecutionException, InterruptedException {
    long now = System.nanoTime();
    if (partitions.isEmpty() || now - partitionsNanos > PARTITIONS_KNOWN_FOR.toNanos()) {
      DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs(PATIENCE_MILLIS);
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
        .listOffsets(request, new ListOffsetsOptions(isolation).timeoutMs(PATIENCE_MILLIS))
        .all()
        .get();
  }

  private Admin admin() {
    if (admin == null) {
      admin = Admin.create(properties);
    }
    return admin;
  }

  private Probe probe() {
    if (probe == null) {
      probe = new Probe(properties);
    }
    return probe;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
    if (probe != null) {
      probe.close();
    }
  }
}
