package io.entrain.timeline;

/** What became of a block that was offered to a {@link SessionTimeline}. */
public enum Verdict {
  /** All of it waits for its panes. */
  ACCEPTED,
  /** Its beginning belongs to closed panes; the rest waits for its panes. */
  ACCEPTED_IN_PART,
  /** All of it belongs to closed panes that went without it. */
  TOO_LATE,
  /** The stream has covered this time already: a repeat, or a clock that went back a little. */
  BACK_IN_TIME,
  /**
   * The stream's clock has left the session's timeline; the block waits until it is known whether
   * the others follow.
   */
  HELD,
  /** The stream's clock has left the session's timeline and the others stayed. */
  CLOCK_JUMP;

  /** Whether the block is kept and will be handed back by {@link PaneVisitor}. */
  public boolean kept() {
    return this == ACCEPTED || this == ACCEPTED_IN_PART || this == HELD;
  }
}
