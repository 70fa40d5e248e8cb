package io.entrain.job;

import io.entrain.timeline.SessionState;

/** The small part of a session's keyed state. Public fields, because the engine serialises it. */
public final class SessionRow {
  public SessionState timeline = new SessionState();

  /** Log time at which the session's one timer is set; {@link Long#MAX_VALUE} where none is. */
  public long timerMillis = Long.MAX_VALUE;

  /** Newest log time of any of its blocks. */
  public long newestMillis = Long.MIN_VALUE;

  /** Epoch of its state tensors; see {@link io.entrain.swap.ModelTerm}. */
  public int epoch;

  /** Pane of the stretch at which that epoch began. */
  public long freshPane;

  /** Panes kept for later windows, as of its newest pane. */
  public int keptHops;
}
