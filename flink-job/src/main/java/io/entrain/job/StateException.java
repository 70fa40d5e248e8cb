package io.entrain.job;

/** The engine could not read or write keyed state; it restarts the job from its last checkpoint. */
final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StateException(Exception cause) {
    super("keyed state could not be read or written: " + cause.getMessage(), cause);
  }
}
