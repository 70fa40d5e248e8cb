package io.entrain.chaos;

import io.entrain.wire.BlockProducer;
import io.entrain.wire.Format;
import io.entrain.wire.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sends an input in real time, on a thread of its own. Log times are those of the plan, whatever
 * the broker is doing: a block that had to wait for it still says when it was due.
 */
final class Feeder implements AutoCloseable {
  /** A broker that is away for minutes makes nobody forget a block. */
  private static final Map<String, String> PATIENT =
      Map.of("delivery.timeout.ms", "600000", "max.block.ms", "600000", "retry.backoff.ms", "50");

  private final BlockProducer producer;
  private final List<Message> messages;
  private final long startMillis;
  private final CompletableFuture<Void> sent = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "feeder");

  private Feeder(BlockProducer producer, Input input, long startMillis) {
    this.producer = producer;
    this.messages = input.messages();
    this.startMillis = startMillis;
    thread.setDaemon(true);
  }

  /**
   * Begins to send.
   *
   * @param startMillis wall time of the first block
   */
  static Feeder start(String bootstrap, Topics topics, Input input, long startMillis) {
    BlockProducer producer = new BlockProducer(bootstrap, topics, Format.PROTOBUF, PATIENT);
    Feeder feeder = new Feeder(producer, input, startMillis);
    feeder.thread.start();
    return feeder;
  }

  /** Waits until the broker has everything. */
  void await(long seconds) {
    try {
      sent.get(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosException("interrupted while the input was sent", e);
    } catch (Exception e) {
      throw new ChaosException("the input could not be sent within " + seconds + " s", e);
    }
  }

  private void run() {
    try {
      for (Message message : messages) {
        long dueMillis = startMillis + message.millis();
        Thread.sleep(Math.max(0, dueMillis - System.currentTimeMillis()));
        producer.send(message.block(), dueMillis);
      }
      producer.flush();
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
