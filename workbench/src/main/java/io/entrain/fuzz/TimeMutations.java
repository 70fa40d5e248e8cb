package io.entrain.fuzz;

/** What goes wrong with clocks. */
final class TimeMutations {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long HOUR_NANOS = 3_600 * SECOND_NANOS;

  private TimeMutations() {}

  static void noSpan(Draft draft) {
    long start = draft.block.getStartNanos();
    draft.block.setEndNanos(start - draft.oneOf(0L, 1L, SECOND_NANOS, HOUR_NANOS));
  }

  static void absurdSpan(Draft draft) {
    draft.block.setStartNanos(draft.oneOf(Long.MIN_VALUE, -1L << 62, 0L, 1L << 61));
    draft.block.setEndNanos(
        draft.oneOf(Long.MAX_VALUE, (1L << 62) - 1, (1L << 61) + HOUR_NANOS + 1));
  }

  /** Anywhere on the axis and beyond. */
  static void absurdStamp(Draft draft) {
    move(
        draft,
        draft.oneOf(
            Long.MAX_VALUE / 2,
            -Long.MAX_VALUE / 2,
            Long.MIN_VALUE,
            200_000 * SECOND_NANOS,
            -200_000 * SECOND_NANOS,
            1L << 61));
  }

  /** Forwards by less than a clock jump: the panes between are decoded without this stream. */
  static void leap(Draft draft) {
    move(draft, draft.random.nextLong(1, 2 * SECOND_NANOS));
  }

  static void backwards(Draft draft) {
    move(draft, -draft.random.nextLong(1, 9 * SECOND_NANOS));
  }

  /** Silence of up to ten seconds in one block, or too few samples for it. */
  static void longSpan(Draft draft) {
    draft.block.setEndNanos(
        draft.block.getEndNanos() + draft.random.nextLong(1, 10 * SECOND_NANOS));
  }

  private static void move(Draft draft, long nanos) {
    draft.block.setStartNanos(draft.block.getStartNanos() + nanos);
    draft.block.setEndNanos(draft.block.getEndNanos() + nanos);
  }
}
