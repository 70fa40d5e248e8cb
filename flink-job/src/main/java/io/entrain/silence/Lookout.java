package io.entrain.silence;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at silent partitions from a thread of its own: asking the broker may take seconds, and a
 * task must not wait. Asks nothing while every partition speaks.
 */
final class Lookout implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  /** Between two looks. Panes that lack the silent stream are up to so much later. */
  static final long INTERVAL_MILLIS = 50;

  private final long silentNanos;
  private final BrokerView broker;
  private final Map<TopicPartition, ReadPosition> positions = new ConcurrentHashMap<>();
  private final long startNanos = System.nanoTime();
  private volatile Sight sight = Sight.NOTHING;
  private volatile Runnable onSight = () -> {};
  private Thread thread;
  private boolean unanswered;

  /**
   * What a look showed.
   *
   * @param number counts looks at which something was silent
   * @param newestMillis the newest stamp on the topics, before the positions were compared
   * @param silent partitions with nothing more to read, and the offset from which that is so
   * @param hasNoPartition the reader had none for long
   */
  record Sight(
      long number, long newestMillis, Map<TopicPartition, Long> silent, boolean hasNoPartition) {
    static final Sight NOTHING = new Sight(0, Long.MIN_VALUE, Map.of(), false);
  }

  Lookout(long silentMillis, BrokerView broker) {
    this.silentNanos = TimeUnit.MILLISECONDS.toNanos(silentMillis);
    this.broker = broker;
  }

  void start(Runnable whenSeen) {
    onSight = whenSeen;
    thread = new Thread(this::lookAgainAndAgain, "silent partitions");
    thread.setDaemon(true);
    thread.start();
  }

  /** A partition from now on, and where it is read on. */
  ReadPosition watch(TopicPartition partition, long nextOffset) {
    ReadPosition position = new ReadPosition(partition, nextOffset);
    positions.put(partition, position);
    return position;
  }

  /** A partition that is read no longer. */
  void forget(TopicPartition partition) {
    positions.remove(partition);
  }

  /** The newest one. */
  Sight sight() {
    return sight;
  }

  private void lookAgainAndAgain() {
    try (broker) {
      while (!Thread.currentThread().isInterrupted()) {
        TimeUnit.MILLISECONDS.sleep(INTERVAL_MILLIS);
        tryToLook();
      }
    } catch (InterruptedException | InterruptException closed) {
      // The reader is closed.
    }
  }

  private void tryToLook() throws InterruptedException {
    try {
      Sight seen = look(System.nanoTime());
      if (seen.number() != sight.number()) {
        sight = seen;
        onSight.run();
      }
      unanswered = false;
    } catch (InterruptException closed) {
      throw closed;
    } catch (ExecutionException | KafkaException failed) {
      tell(failed instanceof ExecutionException ? failed.getCause() : failed);
    }
  }

  private void tell(Throwable cause) {
    if (!unanswered) {
      LOG.warn(
          "The broker does not say whether silent partitions have more to read; until it does, they hold up panes that lack them: {}",
          cause.toString());
      unanswered = true;
    }
  }

  /**
   * One look; the last one again where nothing is silent. The order is what makes it true: stamps
   * first, ends of partitions after.
   */
  Sight look(long nowNanos) throws ExecutionException, InterruptedException {
    Map<TopicPartition, ReadPosition> silent =
        positions.values().stream()
            .filter(position -> position.isSilent(nowNanos, silentNanos))
            .collect(Collectors.toMap(position -> position.partition, position -> position));
    boolean none = positions.isEmpty() && nowNanos - startNanos >= silentNanos;
    if (silent.isEmpty() && !none) {
      return sight;
    }
    long newestMillis = broker.newestMillis();
    Map<TopicPartition, Long> read = silent.isEmpty() ? Map.of() : atTheirEnds(silent.values());
    return new Sight(sight.number() + 1, newestMillis, read, none);
  }

  private Map<TopicPartition, Long> atTheirEnds(Collection<ReadPosition> silent)
      throws ExecutionException, InterruptedException {
    Set<TopicPartition> partitions =
        silent.stream().map(position -> position.partition).collect(Collectors.toSet());
    Map<TopicPartition, Long> ends = broker.ends(partitions);
    Map<TopicPartition, Long> read = new HashMap<>();
    for (ReadPosition position : silent) {
      if (isAtEnd(position, ends.get(position.partition))) {
        read.put(position.partition, position.seenOffset);
      }
    }
    return read;
  }

  private boolean isAtEnd(ReadPosition position, long end)
      throws ExecutionException, InterruptedException {
    long from = position.emptyBelow;
    if (from == KafkaPartitionSplit.EARLIEST_OFFSET) {
      from = broker.beginning(position.partition);
    }
    if (from < 0 || (from < end && !broker.isEmpty(position.partition, from, end))) {
      return false;
    }
    position.emptyBelow = end;
    return true;
  }

  @Override
  public void close() throws InterruptedException {
    if (thread != null) {
      thread.interrupt();
      thread.join(TimeUnit.SECONDS.toMillis(5));
    }
  }
}
