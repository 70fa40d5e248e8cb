package io.entrain.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The windows that wait for one model, session by session. It is empty whenever a checkpoint is
 * taken, so it is no state.
 */
final class WindowQueue {
  private final Map<String, ArrayDeque<ReadyWindow>> bySession = new LinkedHashMap<>();
  private Decoder decoder;
  private int size;

  /** The model that the windows wait for. */
  Decoder decoder() {
    return decoder;
  }

  /** Whether no window waits for another model. */
  boolean isFor(Decoder other) {
    return size == 0 || decoder == other;
  }

  /** What follows waits for this model; only while {@link #isFor} holds. */
  void serve(Decoder next) {
    decoder = next;
  }

  /** Whether a window needs what the model gave for the one before it of its session. */
  private boolean oneOfEachSession() {
    return decoder.hasStates();
  }

  void add(ReadyWindow window) {
    bySession.computeIfAbsent(window.session(), session -> new ArrayDeque<>()).add(window);
    size++;
  }

  int size() {
    return size;
  }

  int sessions() {
    return bySession.size();
  }

  /** Whether the next batch would be full. */
  boolean fills(int capacity) {
    return size > 0 && (oneOfEachSession() ? bySession.size() : size) >= capacity;
  }

  /** Takes the next batch, up to {@code capacity} windows, those of one session in order. */
  List<ReadyWindow> take(int capacity) {
    List<ReadyWindow> batch = new ArrayList<>(Math.min(capacity, size));
    Iterator<ArrayDeque<ReadyWindow>> sessions = bySession.values().iterator();
    while (sessions.hasNext() && batch.size() < capacity) {
      ArrayDeque<ReadyWindow> windows = sessions.next();
      do {
        batch.add(windows.poll());
      } while (!oneOfEachSession() && !windows.isEmpty() && batch.size() < capacity);
      if (windows.isEmpty()) {
        sessions.remove();
      }
    }
    size -= batch.size();
    return batch;
  }
}
