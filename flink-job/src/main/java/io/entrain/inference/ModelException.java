package io.entrain.inference;

/** A model that cannot run here; the message names the file, what is wrong and what to do. */
public final class ModelException extends RuntimeException {
  ModelException(String message) {
    super(message);
  }

  ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
