package io.entrain.view;

import io.entrain.wire.LetterParts;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The dead letters that were read: counted by reason, the last few kept whole. */
final class RejectLog {
  private static final int KEPT = 6;

  /** A letter and its number, from 1. */
  record Letter(long number, Rejected rejected) {}

  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
  private final Deque<Letter> last = new ArrayDeque<>();
  private long total;

  /** Counts the first part of a letter that has more. */
  synchronized void add(Rejected rejected) {
    if (!LetterParts.isFirst(rejected)) {
      return;
    }
    counts.merge(rejected.getReason(), 1L, Long::sum);
    last.addFirst(new Letter(++total, rejected));
    if (last.size() > KEPT) {
      last.removeLast();
    }
  }

  synchronized Map<Reason, Long> counts() {
    return new EnumMap<>(counts);
  }

  /** Newest first. */
  synchronized List<Letter> last() {
    return List.copyOf(last);
  }

  synchronized Optional<Letter> letter(long number) {
    return last.stream().filter(letter -> letter.number() == number).findFirst();
  }
}
