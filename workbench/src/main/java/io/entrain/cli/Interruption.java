package io.entrain.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C (SIGINT), SIGTERM or SIGHUP as something a command waits for: the JVM goes on until the
 * command has closed what it opened, then ends.
 *
 * <p>Open it before the resources, so that it is closed after them: {@code try (Interruption
 * interruption = Interruption.watch(); EmbeddedBroker broker = ...)}.
 */
final class Interruption implements AutoCloseable {
  /** Longest time that closing may take before the JVM ends all the same. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  private Interruption() {}

  static Interruption watch() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(new Thread(interruption::end, "interruption"));
    return interruption;
  }

  /** Whether the end was asked for. */
  boolean asked() {
    return asked.getCount() == 0;
  }

  /** Waits until the end is asked for, no longer than {@code duration}; whether it was. */
  boolean await(Duration duration) {
    try {
      return asked.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Waits until the end is asked for. */
  void await() {
    await(Duration.ofNanos(Long.MAX_VALUE));
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private void end() {
    asked.countDown();
    try {
      if (!closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("entrain: gave up waiting for an orderly end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
