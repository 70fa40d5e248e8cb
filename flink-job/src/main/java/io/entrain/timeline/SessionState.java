package io.entrain.timeline;

/** Where a session stands. Public fields, because this is state that the engine serialises. */
public final class SessionState {
  /** The first pane not closed, as multiples of the hop. */
  public long nextPane;

  /**
   * Whether a pane of this stretch was closed; until then {@link #nextPane} may still move back.
   */
  public boolean closedAny;

  /** Whether a block was accepted in this stretch. */
  public boolean opened;

  /** Panes closed in this stretch. */
  public long closedPanes;

  /** Log time of the newest closed pane, as {@link SessionTimeline} has it; never goes back. */
  public long logMillis = Long.MIN_VALUE;

  /** Stretches before this one. */
  public int stretch;

  /** One for each modality of the model, in its order. */
  public StreamState[] streams = new StreamState[0];

  /** A session of which nothing has been seen. */
  public static SessionState ofStreams(int count) {
    SessionState state = new SessionState();
    state.streams = new StreamState[count];
    for (int i = 0; i < count; i++) {
      state.streams[i] = new StreamState();
    }
    return state;
  }
}
