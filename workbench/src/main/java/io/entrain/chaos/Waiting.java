package io.entrain.chaos;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what other processes do. */
final class Waiting {
  private static final long GLANCE_MILLIS = 50;

  private Waiting() {}

  /**
   * Looks again and again until it is so.
   *
   * @throws ChaosException where it is not after {@code seconds}
   */
  static void until(String what, long seconds, BooleanSupplier so) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new ChaosException(what + ": not within " + seconds + " s", null);
      }
      pauseMillis(GLANCE_MILLIS);
    }
  }

  /** Waits for so long. */
  static void pauseMillis(long millis) {
    try {
      Thread.sleep(Math.max(0, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosException("interrupted", e);
    }
  }
}
