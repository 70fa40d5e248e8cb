package io.entrain.soak;

import io.entrain.wire.BlockProducer;
import io.entrain.wire.Format;
import io.entrain.wire.Topics;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Sends the traffic as fast as the job takes it, on a thread of its own. Log times are those of the
 * event time of the run, so that what times out in a day times out in a day of the run.
 */
final class Feeder implements AutoCloseable {
  /** The job is never further behind: what stands in the topics stays small. */
  private static final long MOST_BEHIND = 20_000;

  private final BlockProducer producer;
  private final Iterator<Message> traffic;
  private final List<String> modalities;
  private final long baseMillis;
  private final Pace pace;
  private final Ledger ledger;
  private final CompletableFuture<Void> sent = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "feeder");

  /** {@code baseMillis}: log time of the run's event time 0. */
  Feeder(
      String bootstrap,
      Iterator<Message> traffic,
      List<String> modalities,
      long baseMillis,
      Books books) {
    producer =
        new BlockProducer(
            bootstrap, Topics.DEFAULT, Format.PROTOBUF, Map.of("linger.ms", "20", "acks", "all"));
    this.traffic = traffic;
    this.modalities = modalities;
    this.baseMillis = baseMillis;
    pace = books.pace();
    ledger = books.ledger();
    thread.setDaemon(true);
  }

  /** What is written down of what is sent. */
  record Books(Pace pace, Ledger ledger) {}

  void start() {
    thread.start();
  }

  /**
   * Whether all has been sent.
   *
   * @throws CompletionException where something could not be
   */
  boolean isDone() {
    if (sent.isCompletedExceptionally()) {
      sent.join();
    }
    return sent.isDone();
  }

  private void run() {
    try {
      long millis = 0;
      while (traffic.hasNext()) {
        Message message = traffic.next();
        millis = message.millis();
        pace.awaitRoom(MOST_BEHIND);
        ledger.sent(message.block());
        pace.sent(modalities.indexOf(message.block().modality()), millis);
        producer.send(message.block(), baseMillis + millis);
      }
      producer.flush();
      pace.mark(millis + 1);
      sent.complete(null);
    } catch (InterruptedException | RuntimeException e) {
      sent.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    producer.close();
  }
}
