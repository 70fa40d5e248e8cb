package io.entrain.wire;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * A Kafka broker by its address: whether it answers, and the topics on it. Kafka's own clients
 * retry in silence for a minute where no broker is; this one says so after ten seconds.
 *
 * @param bootstrap {@code host:port}, or several separated by commas
 * @param settings further settings of Kafka's clients, for example of TLS and SASL
 * @param patience how long to wait for an answer
 */
public record Broker(String bootstrap, Map<String, String> settings, Duration patience) {
  /** A broker on the same machine answers within milliseconds, one far away within a second. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  public Broker {
    settings = Map.copyOf(settings);
  }

  /** With no further settings and a patience of ten seconds. */
  public Broker(String bootstrap) {
    this(bootstrap, Map.of());
  }

  /** With a patience of ten seconds. */
  public Broker(String bootstrap, Map<String, String> settings) {
    this(bootstrap, settings, PATIENCE);
  }

  /** Never prints the settings: they may hold passwords. */
  @Override
  public String toString() {
    return "Broker[" + bootstrap + "]";
  }

  /**
   * Returns once the broker has answered.
   *
   * @throws BrokerException where none answers in time
   */
  public void check() {
    ask("describe the cluster", admin -> admin.describeCluster().nodes());
  }

  /**
   * Makes the topics that do not exist yet, and waits for their leaders.
   *
   * @param names topics
   * @param partitions of each new topic
   */
  public void createTopics(Collection<String> names, int partitions) {
    Set<String> missing = new TreeSet<>(names);
    missing.removeAll(topics());
    for (String name : missing) {
      try {
        ask(
            "create the topic " + name,
            admin ->
                admin
                    .createTopics(
                        Set.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
                    .all());
      } catch (BrokerException raced) {
        if (!(raced.getCause() instanceof TopicExistsException)) {
          throw raced;
        }
      }
    }
    awaitTopics(missing);
  }

  /**
   * Returns once every partition of the topics has a leader. A broker knows a new topic before it
   * takes records for it; a producer whose first batch comes in between and whose second does not
   * can never deliver the first: it is out of order by then.
   *
   * @throws BrokerException where a topic is not there in time
   */
  public void awaitTopics(Collection<String> names) {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (!areLed(names, deadlineNanos)) {
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new BrokerException("interrupted while waiting for " + names, interrupted);
      }
    }
  }

  private boolean areLed(Collection<String> names, long deadlineNanos) {
    try {
      Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
      for (TopicDescription topic :
          ask("describe " + names, admin -> admin.describeTopics(names).allTopicNames()).values()) {
        for (TopicPartitionInfo partition : topic.partitions()) {
          partitions.put(
              new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
        }
      }
      ask("give the ends of " + names, admin -> admin.listOffsets(partitions).all());
      return true;
    } catch (BrokerException notYet) {
      if (notYet.getCause() instanceof RetriableException && System.nanoTime() < deadlineNanos) {
        return false;
      }
      throw notYet;
    }
  }

  /** The names of all topics. */
  public Set<String> topics() {
    return ask("list the topics", admin -> admin.listTopics().names());
  }

  private <T> T ask(String what, Function<Admin, KafkaFuture<T>> question) {
    Map<String, Object> configuration = new HashMap<>(settings);
    configuration.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    configuration.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
    configuration.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) patience.toMillis() / 2);
    Admin admin;
    try {
      admin = Admin.create(configuration);
    } catch (KafkaException badAddress) {
      throw new BrokerException(
          "\""
              + bootstrap
              + "\" is not the address of a Kafka broker ("
              + deepest(badAddress)
              + "): give host:port, for example --bootstrap localhost:9092",
          badAddress);
    }
    try {
      return question.apply(admin).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException silent) {
      throw unreachable(silent);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
        throw unreachable(failed.getCause());
      }
      throw new BrokerException(
          "the Kafka broker at "
              + bootstrap
              + " would not "
              + what
              + ": "
              + failed.getCause().getMessage(),
          failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while asking the broker at " + bootstrap, interrupted);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  private BrokerException unreachable(Throwable cause) {
    return new BrokerException(
        "no Kafka broker answers at %s within %d s: start one (./entrain broker), or give the right address (--bootstrap host:port); one behind TLS or SASL needs kafka.security.protocol and what goes with it"
            .formatted(bootstrap, patience.toSeconds()),
        cause);
  }

  private static String deepest(Throwable throwable) {
    Throwable deepest = throwable;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest.getMessage();
  }
}
