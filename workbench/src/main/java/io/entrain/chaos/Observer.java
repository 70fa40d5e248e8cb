package io.entrain.chaos;

import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Timing;
import io.entrain.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;

/** A read_committed reader of a job's output, on a thread of its own; notes when what came. */
final class Observer implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);

  /**
   * A record and its arrival.
   *
   * @param output the record
   * @param atMillis wall time at which it was seen
   * @param delayMillis from the log time of the block that it waited for
   */
  record Seen(Output output, long atMillis, long delayMillis) {}

  private final Map<OutputKind, RecordConsumer<byte[]>> readers = new EnumMap<>(OutputKind.class);
  private final List<Seen> seen = new ArrayList<>();
  private final Thread thread = new Thread(this::run, "observer");
  private volatile boolean closed;
  private volatile long newestMillis = System.currentTimeMillis();

  private Observer(String bootstrap, Topics topics) {
    for (OutputKind kind : OutputKind.values()) {
      readers.put(
          kind,
          new RecordConsumer<>(
              bootstrap,
              kind.topic(topics),
              value -> value,
              Start.BEGINNING,
              Isolation.READ_COMMITTED));
    }
    thread.setDaemon(true);
  }

  /** Begins to read. */
  static Observer start(String bootstrap, Topics topics) {
    Observer observer = new Observer(bootstrap, topics);
    observer.thread.start();
    return observer;
  }

  private void run() {
    while (!closed) {
      for (OutputKind kind : OutputKind.values()) {
        try {
          readers.get(kind).poll(POLL).forEach(record -> note(kind, record));
        } catch (KafkaException away) {
          // A broker that is away for a while; where it stays away, the run's own patience ends.
        }
      }
    }
  }

  private void note(OutputKind kind, Received<byte[]> record) {
    long now = System.currentTimeMillis();
    Timing timing = Timing.read(record.headers());
    long delay = timing == null ? 0 : now - timing.arrivedMillis();
    synchronized (seen) {
      seen.add(
          new Seen(new Output(kind, record.key(), kind.comparable(record.value())), now, delay));
    }
    newestMillis = now;
  }

  /** For how long nothing has come. */
  long quietMillis() {
    return System.currentTimeMillis() - newestMillis;
  }

  /** All that has come, each topic in order. */
  List<Seen> seen() {
    synchronized (seen) {
      return List.copyOf(seen);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    readers.values().forEach(RecordConsumer::close);
  }
}
