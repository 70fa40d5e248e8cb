package io.entrain.cli;

import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Session;
import io.entrain.wire.Topics;
import io.entrain.world.World;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends the sessions of the demo in real time, on a thread of its own. */
final class DemoFeed implements AutoCloseable {
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CompletableFuture<Void> work;

  private DemoFeed(String bootstrap, List<Session> sessions, int seconds) {
    Sender sender =
        Sender.open(
            bootstrap, Topics.DEFAULT, List.of(World.SPIKES, World.LFP), Sender.Speed.REAL_TIME);
    Playback playback = new Playback();
    for (Session session : sessions) {
      playback.add(session, session.about().name(), Playback.BLOCK_NANOS);
    }
    work =
        CompletableFuture.runAsync(
            () -> {
              try (sender) {
                sender.send(playback, seconds * 1_000_000_000L, this::isStopped, sent -> {});
              }
            });
  }

  /** Opens the sender, which makes the topics, and begins. */
  static DemoFeed start(String bootstrap, List<Session> sessions, int seconds) {
    return new DemoFeed(bootstrap, sessions, seconds);
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

  private boolean isStopped(Duration wait) {
    try {
      return stopped.await(wait.toNanos(), TimeUnit.NANOSECONDS);
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
