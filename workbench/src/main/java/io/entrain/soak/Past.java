package io.entrain.soak;

import java.util.ArrayDeque;
import java.util.Queue;

/** A growing number as it was some time ago. */
final class Past {
  private record Seen(long wallMillis, long value) {}

  private final long ageMillis;
  private final Queue<Seen> seen = new ArrayDeque<>();
  private long old;

  Past(long ageMillis) {
    this.ageMillis = ageMillis;
  }

  /** Takes the value of now; that of {@code ageMillis} ago, or 0. */
  long at(long wallMillis, long value) {
    seen.add(new Seen(wallMillis, value));
    while (seen.element().wallMillis <= wallMillis - ageMillis) {
      old = seen.remove().value;
    }
    return old;
  }
}
