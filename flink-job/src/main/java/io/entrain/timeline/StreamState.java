package io.entrain.timeline;

/**
 * Where one stream of a session stands. Public fields, because this is state that the engine
 * serialises.
 */
public final class StreamState {
  /** The time of this stretch for which this stream has offered blocks. */
  public Coverage offered = new Coverage();

  /** The same of the stretch before. */
  public Coverage before = new Coverage();

  /** Log time of the newest block, whatever became of it; never goes back. */
  public long lastLogMillis = Long.MIN_VALUE;

  /** Spans that wait for their panes. */
  public PendingSpans open = new PendingSpans();

  /** Spans after a jump of this stream's clock, until it is known whether the session follows. */
  public PendingSpans held = new PendingSpans();

  /** The time for which it has offered blocks since its clock jumped. */
  public Coverage elsewhere = new Coverage();

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

  void giveUp() {
    leftMillis = Long.MAX_VALUE;
    stray = true;
  }

  void comeBack() {
    leftMillis = Long.MAX_VALUE;
    stray = false;
    if (elsewhere.any) {
      elsewhere = new Coverage();
    }
  }
}
