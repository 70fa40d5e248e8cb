package io.entrain.timeline;

/**
 * Where one stream of a session stands. Public fields, because this is state that the engine
 * serialises.
 */
public final class StreamState {
  /** Whether a block of this stream was accepted in this stretch. */
  public boolean seen;

  /** End of the newest span accepted in this stretch, event time. */
  public long highNanos;

  /** Log time of the newest block, accepted or held; never goes back. */
  public long lastLogMillis = Long.MIN_VALUE;

  /** End of the newest gap in a closed pane, event time: since then all closed time was covered. */
  public long gapEndNanos = Long.MIN_VALUE;

  /** Spans that wait for their panes. */
  public PendingSpans open = new PendingSpans();

  /** Spans after a jump of this stream's clock, until it is known whether the session follows. */
  public PendingSpans held = new PendingSpans();

  /** Log time of the jump; {@link Long#MAX_VALUE} while the stream is on the session's timeline. */
  public long leftMillis = Long.MAX_VALUE;

  /** The stream is off the session's timeline and the session did not follow. */
  public boolean stray;

  boolean left() {
    return leftMillis != Long.MAX_VALUE;
  }

  boolean away() {
    return left() || stray;
  }

  /** End of the newest held span; only while something is held. */
  long heldHighNanos() {
    return held.endNanos[held.size - 1];
  }

  void comeBack() {
    leftMillis = Long.MAX_VALUE;
    stray = false;
  }
}
