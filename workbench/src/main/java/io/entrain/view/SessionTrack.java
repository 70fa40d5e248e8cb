package io.entrain.view;

import io.entrain.wire.Timing;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * What is kept of one session: its last records, and how it stands.
 *
 * <h2>Guarantees</h2>
 *
 * It never holds more than the bytes that it is given: the oldest go. A reader that falls behind
 * misses what went and is told so. Safe for several threads.
 */
final class SessionTrack {
  /** Weight of a hop in the smoothed headroom: about a second of hops of 20 ms. */
  private static final double SMOOTHING = 0.02;

  /** What an entry costs beside its value. */
  private static final int OVERHEAD_BYTES = 100;

  private final String session;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Sparkline spark = new Sparkline();
  private long newestNumber;
  private long heldBytes;
  private Decoded newest;
  private double headroom = Double.NaN;
  private long seenMillis;

  SessionTrack(String session) {
    this.session = session;
  }

  /** Keeps a record; {@code mostBytes} bounds all that is kept. */
  synchronized void keep(
      TopicKind kind, String topic, byte[] value, Timing timing, long mostBytes) {
    entries.addLast(new Entry(++newestNumber, kind, topic, value, timing));
    heldBytes += value.length + OVERHEAD_BYTES;
    while (heldBytes > mostBytes && entries.size() > 1) {
      heldBytes -= entries.removeFirst().value().length + OVERHEAD_BYTES;
    }
  }

  /** Takes how the session stands from a decoded record. */
  synchronized void stand(Decoded decoded, long nowMillis) {
    seenMillis = nowMillis;
    if (newest != null && newest.hasLag() && !decoded.hasLag() && !isOver(newest, decoded)) {
      return;
    }
    newest = decoded;
    spark.add(decoded);
    // A window that is not full has almost no spread, and so a headroom of hundreds.
    if (decoded.getLag().hasHeadroom() && !decoded.getWarmingUp()) {
      double now = decoded.getLag().getHeadroom();
      headroom = Double.isNaN(headroom) ? now : headroom + SMOOTHING * (now - headroom);
    }
  }

  /** Whether the model of the first record has decoded nothing for five seconds of the second. */
  private static boolean isOver(Decoded first, Decoded second) {
    return second.getWindowEndNanos() - first.getWindowEndNanos() > 5_000_000_000L;
  }

  /** Records after a number, oldest first; none that went. */
  synchronized List<Entry> after(long number) {
    List<Entry> found = new ArrayList<>();
    for (Iterator<Entry> i = entries.descendingIterator(); i.hasNext(); ) {
      Entry entry = i.next();
      if (entry.number() <= number) {
        break;
      }
      found.add(entry);
    }
    Collections.reverse(found);
    return found;
  }

  /** How it stands, or null before anything was decoded. */
  synchronized SessionNow now(long nowMillis) {
    return newest == null
        ? null
        : new SessionNow(session, newest, headroom, Math.max(0, nowMillis - seenMillis));
  }

  synchronized float[] spark() {
    return spark.values();
  }

  synchronized long seenMillis() {
    return seenMillis;
  }

  String session() {
    return session;
  }
}
