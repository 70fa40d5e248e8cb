package io.entrain.view;

import java.time.Duration;

/** Tells waiting threads that something came. */
final class Pulse {
  private long beats;

  synchronized void beat() {
    beats++;
    notifyAll();
  }

  synchronized long beats() {
    return beats;
  }

  /** Returns once there was a beat after the first {@code seen}, or the patience is over. */
  synchronized void awaitAfter(long seen, Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (beats == seen) {
      long leftMillis = (until - System.nanoTime()) / 1_000_000;
      if (leftMillis < 1) {
        return;
      }
      wait(leftMillis);
    }
  }
}
