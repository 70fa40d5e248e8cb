package io.entrain.chaos;

/** The run itself could not go on: a process did not start, or what was asked for is not there. */
public final class ChaosException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ChaosException(String message, Throwable cause) {
    super(message, cause);
  }
}
