package io.entrain.view;

import io.entrain.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads all topics of a prefix on one thread, without a consumer group.
 *
 * <h2>Guarantees</h2>
 *
 * Topics that appear later are found. A broker that goes away is noticed within seconds; when one
 * answers at the address again, reading goes on where it was, or near the end where that is gone.
 * Topics that only an onlooker needs are read only while there is one.
 */
final class TopicReader implements AutoCloseable {
  /** Between two polls: what comes meanwhile is taken together. */
  private static final Duration PACE = Duration.ofMillis(6);

  private static final Duration GLANCE = Duration.ofMillis(100);
  private static final Duration LOOK_AROUND = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(3);

  private final String bootstrap;
  private final Topics topics;
  private final Map<String, String> settings;
  private final Gallery gallery;
  private final Map<TopicPartition, Long> positions = new HashMap<>();

  /** Which topic of a name the positions are of: one made anew counts from 0 again. */
  private final Map<String, Uuid> identities = new HashMap<>();

  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile BrokerState state;
  private Set<TopicPartition> assigned = Set.of();
  private long lookedNanos;

  TopicReader(String bootstrap, Topics topics, Map<String, String> settings, Gallery gallery) {
    this.bootstrap = bootstrap;
    this.topics = topics;
    this.settings = settings;
    this.gallery = gallery;
    state = BrokerState.first();
    thread = new Thread(this::run, "entrain-view-reader");
    thread.setDaemon(true);
    thread.start();
  }

  BrokerState state() {
    return state;
  }

  private void run() {
    while (!rest(Duration.ZERO)) {
      try (ClosedAtOnce consumer = new ClosedAtOnce(open())) {
        read(consumer.consumer());
      } catch (KafkaException away) {
        state = state.away(System.currentTimeMillis());
        rest(LOOK_AROUND);
      }
    }
  }

  /** A broker that is away must not hold up the close. */
  private record ClosedAtOnce(Consumer<byte[], byte[]> consumer) implements AutoCloseable {
    @Override
    public void close() {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private Consumer<byte[], byte[]> open() {
    Map<String, Object> all = settings();
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
    all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
    assigned = Set.of();
    lookedNanos = System.nanoTime() - LOOK_AROUND.toNanos();
    return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private Map<String, Object> settings() {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    all.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
    return all;
  }

  private void read(Consumer<byte[], byte[]> consumer) {
    while (!rest(PACE)) {
      if (System.nanoTime() - lookedNanos >= LOOK_AROUND.toNanos()) {
        lookAround(consumer);
      }
      if (assigned.isEmpty()) {
        rest(GLANCE);
        continue;
      }
      boolean any = false;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(GLANCE)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        positions.put(partition, record.offset() + 1);
        gallery.take(TopicKind.of(topics, record.topic()), record, System.currentTimeMillis());
        any = true;
      }
      if (any) {
        gallery.pulse.beat();
      }
    }
  }

  /** Asks the broker for its topics, which also tells whether it is there. */
  private void lookAround(Consumer<byte[], byte[]> consumer) {
    Set<TopicPartition> wanted = new HashSet<>();
    boolean watched = gallery.hasOnlookers();
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, List<PartitionInfo>> topic : consumer.listTopics(ANSWER).entrySet()) {
      TopicKind kind = TopicKind.of(topics, topic.getKey());
      if (kind == null) {
        continue;
      }
      found.add(topic.getKey());
      if (watched || !kind.isForOnlookers()) {
        topic.getValue().forEach(p -> wanted.add(new TopicPartition(p.topic(), p.partition())));
      }
    }
    state = state.answers(System.currentTimeMillis(), found.stream().sorted().toList());
    lookedNanos = System.nanoTime();
    if (!wanted.equals(assigned)) {
      assign(consumer, wanted);
    }
  }

  private void assign(Consumer<byte[], byte[]> consumer, Set<TopicPartition> wanted) {
    List<TopicPartition> added =
        wanted.stream().filter(partition -> !assigned.contains(partition)).toList();
    consumer.assign(wanted);
    if (!added.isEmpty()) {
      identify(added.stream().map(TopicPartition::topic).distinct().toList());
    }
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(added, ANSWER);
    Map<TopicPartition, Long> ends = consumer.endOffsets(added, ANSWER);
    for (TopicPartition partition : added) {
      long end = ends.get(partition);
      long from =
          Math.max(begins.get(partition), end - TopicKind.of(topics, partition.topic()).history);
      long known = positions.getOrDefault(partition, -1L);
      consumer.seek(partition, known <= end ? Math.max(from, known) : from);
    }
    assigned = wanted;
  }

  /** Forgets the positions in topics that are not those of before. */
  private void identify(List<String> names) {
    Map<String, Object> hasty = settings();
    hasty.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
    try (Admin admin = Admin.create(hasty)) {
      Map<String, TopicDescription> found =
          admin.describeTopics(names).allTopicNames().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      found.forEach(
          (name, description) -> {
            if (!description.topicId().equals(identities.put(name, description.topicId()))) {
              positions.keySet().removeIf(partition -> partition.topic().equals(name));
            }
          });
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("the broker does not describe its topics", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Waits; whether it is time to end. */
  private boolean rest(Duration duration) {
    try {
      return closing.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
