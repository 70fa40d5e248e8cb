package io.entrain.swap;

/** The state of a job and the model that it is started with do not fit; the message says why. */
public final class TermException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TermException(String message) {
    super(message);
  }
}
