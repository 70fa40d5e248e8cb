package io.entrain.timeline;

/** Is told which blocks a closing pane is made of, stream after stream, in order of event time. */
public interface PaneVisitor {
  /**
   * A part of a kept block belongs to the pane.
   *
   * @param stream index of the modality
   * @param blockNanos {@code keyNanos} under which the block was kept
   * @param fromNanos first instant of the part
   * @param toNanos first instant after the part
   * @param logMillis log time of the block
   */
  void use(int stream, long blockNanos, long fromNanos, long toNanos, long logMillis);

  /** A kept block came after the pane's deadline: its part is not used. Called once for a block. */
  void late(int stream, long blockNanos);

  /** A pane is ready, but its log time lies beyond the horizon: it stays open. */
  void beyondHorizon(long logMillis);

  /** A kept block is used up and may be forgotten. */
  void release(int stream, long blockNanos);

  /** A held block is given up: the session did not follow its stream's jump. */
  void jumped(int stream, long blockNanos);

  /** The session has followed a jump: a new stretch begins, nothing before it counts any more. */
  void newStretch(int stretch);
}
