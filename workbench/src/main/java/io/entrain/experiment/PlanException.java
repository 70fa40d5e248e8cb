package io.entrain.experiment;

/** A plan that cannot be run as it stands; the message says what, its value and what is allowed. */
public final class PlanException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PlanException(String message) {
    super(message);
  }
}
