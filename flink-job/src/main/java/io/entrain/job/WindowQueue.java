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
  /**
   * Of a model that takes one window of each session a call: so many batches wait at most for
   * another session, while there is input that may bring one.
   */
  private static final int BATCHES_WAITING = 4;

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

  /** Whether the next batch would be full, or too many windows wait for it to be. */
  boolean fills() {
    if (size == 0) {
      return false;
    }
    int capacity = decoder.windowsTogether();
    if (!oneOfEachSession()) {
      return size >= capacity;
    }
    return bySession.size() >= capacity || size >= BATCHES_WAITING * capacity;
  }

  /** Takes the next batch, as many as the model decodes together, those of one session in order. */
  List<ReadyWindow> take() {
    int capacity = decoder.windowsTogether();
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
