package io.entrain.recording;

/**
 * A session folder that cannot be read as it stands; the message is one line: what, which value,
 * what to do.
 */
public final class RecordingException extends RuntimeException {
  public RecordingException(String message) {
    super(message);
  }

  public RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
