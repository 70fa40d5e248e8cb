package io.entrain.world;

import io.entrain.recording.Span;
import io.entrain.world.Draw.Purpose;
import io.entrain.world.WorldOptions.Faults;
import java.util.function.Consumer;

/**
 * How far a stream of a live session has come on its own clock: cuts it into blocks of 20 ms, and
 * leaves out gaps and what is unplugged.
 */
final class Coverage {
  private static final long BLOCK_NANOS = 20_000_000L;
  private static final long MILLI = 1_000_000L;

  private final String modality;
  private final Span span;
  private final Draw draw;
  private long coveredNanos;
  private Span gap;
  private double plannedPerMinute;

  Coverage(String modality, int index, LiveSource source) {
    this.modality = modality;
    this.span = source.span();
    this.draw = Draw.of(source.seed(), Purpose.GAPS, index);
    coveredNanos = span.startNanos();
  }

  /** Cuts what lies before {@code untilNanos}, rounded down to a whole block. */
  void advance(long untilNanos, Faults faults, Consumer<Span> block) {
    long end = Math.min(span.endNanos(), Math.floorDiv(untilNanos, BLOCK_NANOS) * BLOCK_NANOS);
    plan(faults.gapsPerMinute());
    while (coveredNanos < end) {
      if (gap != null && coveredNanos >= gap.startNanos()) {
        coveredNanos = Math.max(coveredNanos, gap.endNanos());
        gap = null;
        plan(faults.gapsPerMinute());
        continue;
      }
      long cut = Math.min(end, (Math.floorDiv(coveredNanos, BLOCK_NANOS) + 1) * BLOCK_NANOS);
      long blockEnd = gap == null ? cut : Math.min(cut, gap.startNanos());
      if (!faults.missing().equals(modality)) {
        block.accept(new Span(coveredNanos, blockEnd));
      }
      coveredNanos = blockEnd;
    }
  }

  /** Draws the next gap, of 100 to 300 ms on the millisecond, or forgets it. */
  private void plan(double gapsPerMinute) {
    if (gapsPerMinute != plannedPerMinute) {
      plannedPerMinute = gapsPerMinute;
      gap = null;
    }
    if (gap == null && gapsPerMinute > 0) {
      long from = coveredNanos / MILLI + 1 + (long) draw.exponential(60_000 / gapsPerMinute);
      gap = new Span(from * MILLI, (from + (long) draw.uniform(100, 301)) * MILLI);
    }
  }

  /** Where the next block starts. */
  long coveredNanos() {
    return coveredNanos;
  }

  boolean isDone() {
    return coveredNanos >= span.endNanos();
  }
}
