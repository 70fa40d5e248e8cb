package io.entrain.recording;

/** The half-open time [start, end) on the axis of a session's stamps. */
public record Span(long startNanos, long endNanos) {
  public Span {
    if (endNanos <= startNanos) {
      throw new IllegalArgumentException(
          "span ends at " + endNanos + " ns, at or before its start " + startNanos + " ns");
    }
  }

  public long nanos() {
    return endNanos - startNanos;
  }

  public boolean contains(long nanos) {
    return startNanos <= nanos && nanos < endNanos;
  }
}
