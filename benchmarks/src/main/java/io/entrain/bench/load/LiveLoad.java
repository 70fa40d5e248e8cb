package io.entrain.bench.load;

import io.entrain.job.RawRecord;
import io.entrain.wire.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A feed that is sent in real time, as the devices of many sessions would: the sessions are spread
 * evenly over a hop, both blocks of a hop leave together when they are due, and a block that is
 * late does not move the ones after it. Latency is counted from when a block was due, so that a
 * producer that could not keep up does not make the job look fast (coordinated omission).
 *
 * <p>Producer settings are those of {@link io.entrain.wire.BlockProducer}; it is not used because
 * it does not tell when a record was acknowledged.
 */
public final class LiveLoad implements AutoCloseable {
  /** Names of the threads that produce begin so: their CPU is not the job's. */
  public static final String THREADS = "load-";

  /** From the start of sending to the first block, so that nothing is late already. */
  private static final long LEAD_NANOS = 50_000_000L;

  private final Feed feed;
  private final String[] topics;
  private final KafkaProducer<byte[], byte[]> producer;
  private final long[] ackNanos;
  private final long[] sentNanos;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private volatile long startNanos;
  private Thread thread;

  /** Ready to send the feed to the topics of its streams. */
  public LiveLoad(String bootstrap, Topics topics, Feed feed) {
    this.feed = feed;
    this.topics = Feed.MODALITIES.stream().map(topics::modality).toArray(String[]::new);
    int windows = (int) feed.shape().windows();
    this.sentNanos = new long[windows];
    this.ackNanos = new long[windows];
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "client.id",
                THREADS + "producer",
                "enable.idempotence",
                true,
                "acks",
                "all",
                "linger.ms",
                0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.partitionsFor(this.topics[0]);
    producer.partitionsFor(this.topics[1]);
  }

  /**
   * Sends windows of as many other sessions, all at once. When all have come out, the job reads all
   * of its input, its code is compiled and nothing is left to catch up with; before that, a
   * measured window would wait for the start of the job.
   *
   * @return how many
   */
  public int warmUp(int hops) {
    FeedShape shape = feed.shape().lasting(hops);
    Feed warm = Feed.of(shape, "warm");
    long nowMillis = System.currentTimeMillis();
    for (int window = 0; window < shape.windows(); window++) {
      for (int stream = 0; stream < topics.length; stream++) {
        RawRecord raw = warm.streams().get(stream).get(window);
        Future<RecordMetadata> unused =
            producer.send(
                new ProducerRecord<>(topics[stream], null, nowMillis, raw.key(), raw.value()),
                (metadata, e) -> keep(e));
      }
    }
    producer.flush();
    return (int) shape.windows();
  }

  /** Begins to send. */
  public void start() {
    startNanos = System.nanoTime() + LEAD_NANOS;
    thread = new Thread(this::send, THREADS + "schedule");
    thread.start();
  }

  /** When the blocks of a window were due; windows are counted hop by hop. */
  public long dueNanos(int window) {
    int sessions = feed.shape().sessions();
    long inHop = FeedShape.HOP_NANOS * (window % sessions) / sessions;
    return startNanos + window / sessions * FeedShape.HOP_NANOS + inHop;
  }

  /** From when the window was due to when its last block was handed to the producer, in µs. */
  public double slipMicros(int window) {
    return (sentNanos[window] - dueNanos(window)) * 1e-3;
  }

  /** From then to when the broker had acknowledged it, in µs; for what has been acknowledged. */
  public double ackMicros(int window) {
    return (ackNanos[window] - sentNanos[window]) * 1e-3;
  }

  private void send() {
    try {
      for (int window = 0; window < feed.shape().windows(); window++) {
        long wait = dueNanos(window) - System.nanoTime();
        while (wait > 0) {
          LockSupport.parkNanos(wait);
          wait = dueNanos(window) - System.nanoTime();
        }
        send(window);
      }
      producer.flush();
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void send(int window) {
    long nowMillis = System.currentTimeMillis();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(2);
    for (int stream = 0; stream < topics.length; stream++) {
      RawRecord raw = feed.streams().get(stream).get(window);
      records.add(new ProducerRecord<>(topics[stream], null, nowMillis, raw.key(), raw.value()));
    }
    // The callback keeps what the future would throw.
    Future<RecordMetadata> unused = producer.send(records.get(0), (metadata, e) -> keep(e));
    sentNanos[window] = System.nanoTime();
    Future<RecordMetadata> unusedToo =
        producer.send(
            records.get(1),
            (metadata, e) -> {
              ackNanos[window] = System.nanoTime();
              keep(e);
            });
  }

  private void keep(Exception e) {
    if (e != null) {
      failure.compareAndSet(null, e);
    }
  }

  /**
   * Throws what went wrong on the way.
   *
   * @throws IllegalStateException where a block could not be sent
   */
  public void check() {
    if (failure.get() != null) {
      throw new IllegalStateException("a block could not be sent", failure.get());
    }
  }

  @Override
  public void close() throws InterruptedException {
    if (thread != null) {
      thread.join();
    }
    producer.close();
  }
}
