package io.entrain.cli;

import io.entrain.wire.BlockProducer;
import io.entrain.wire.Broker;
import io.entrain.wire.Topics;
import io.entrain.world.LiveSession;
import io.entrain.world.World;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends the sessions of the demo in real time, on a thread of its own. */
final class DemoFeed implements AutoCloseable {
  /** A quarter of a block: how much later than it could a block leaves at most. */
  private static final Duration PACE = Duration.ofMillis(5);

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final BlockProducer producer;
  private final List<LiveSession> sessions;
  private final CompletableFuture<Void> work;

  private DemoFeed(String bootstrap, List<LiveSession> sessions) {
    this.sessions = List.copyOf(sessions);
    Topics topics = Topics.DEFAULT;
    new Broker(bootstrap)
        .createTopics(
            List.of(topics.modality(World.SPIKES), topics.modality(World.LFP), topics.truth()), 1);
    producer = new BlockProducer(bootstrap);
    work = CompletableFuture.runAsync(this::send);
  }

  /** Opens the sender, which makes the topics, and begins. */
  static DemoFeed start(String bootstrap, List<LiveSession> sessions) {
    return new DemoFeed(bootstrap, sessions);
  }

  private void send() {
    List<DemoSession> outputs =
        sessions.stream().map(session -> new DemoSession(session, producer)).toList();
    long startMillis = System.currentTimeMillis();
    long startNanos = System.nanoTime();
    try (producer) {
      while (!isStopped() && !sessions.stream().allMatch(LiveSession::isDone)) {
        long passedNanos = System.nanoTime() - startNanos;
        for (DemoSession output : outputs) {
          output.advance(
              LiveSession.FIRST_NANOS + passedNanos, startMillis + passedNanos / 1_000_000);
        }
      }
      producer.flush();
    }
  }

  /**
   * Whether everything is sent and acknowledged.
   *
   * @throws CompletionException where it could not be sent
   */
  boolean isDone() {
    if (work.isDone()) {
      work.join();
    }
    return work.isDone();
  }

  private boolean isStopped() {
    try {
      return stopped.await(PACE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public void close() {
    stopped.countDown();
    work.join();
  }
}
