package io.entrain.job;

import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/** Refuses settings of exactly-once delivery under which committed output could be lost. */
final class DeliverySafety {
  /** A restart takes seconds; a transaction must outlive the interval and the restart. */
  private static final long RESTART_MILLIS = 60_000;

  private static final String BROKER_LIMIT = "transaction.max.timeout.ms";

  private DeliverySafety() {}

  /** A transaction is open from one checkpoint to the next and through a restart. */
  static void checkIntervals(JobConfig config) {
    long timeout = config.number(Setting.TRANSACTION_TIMEOUT_MILLIS);
    long interval = config.number(Setting.CHECKPOINT_INTERVAL_MILLIS);
    if (config.delivery() == Delivery.EXACTLY_ONCE && timeout < interval + RESTART_MILLIS) {
      throw new ConfigException(
          "transaction-timeout-millis is %d; with exactly-once it must be at least checkpoint-interval-millis (%d) plus %d for a restart, or the broker aborts what a checkpoint has promised"
              .formatted(timeout, interval, RESTART_MILLIS));
    }
  }

  /** The broker refuses transactions longer than its own limit; an unknown limit is unsafe, too. */
  static void checkBroker(JobConfig config) {
    if (config.delivery() != Delivery.EXACTLY_ONCE) {
      return;
    }
    long timeout = config.number(Setting.TRANSACTION_TIMEOUT_MILLIS);
    long limit = brokerLimitMillis(config.kafkaProperties());
    if (timeout > limit) {
      throw new ConfigException(
          "transaction-timeout-millis is %d, the broker allows %d (%s); lower it or raise the broker's limit"
              .formatted(timeout, limit, BROKER_LIMIT));
    }
  }

  private static long brokerLimitMillis(Properties properties) {
    try (Admin admin = Admin.create(properties)) {
      Node node =
          admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).stream()
              .findFirst()
              .orElseThrow(() -> new ConfigException("the Kafka cluster names no broker"));
      ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
      String value =
          admin
              .describeConfigs(List.of(broker))
              .all()
              .get(10, TimeUnit.SECONDS)
              .get(broker)
              .get(BROKER_LIMIT)
              .value();
      return Long.parseLong(value);
    } catch (ExecutionException | TimeoutException | NumberFormatException e) {
      throw new ConfigException(
          "the broker does not tell its %s, so exactly-once cannot be shown to be safe; allow DescribeConfigs on the cluster, or run --delivery at-least-once"
              .formatted(BROKER_LIMIT),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigException("interrupted while asking the broker", e);
    }
  }
}
