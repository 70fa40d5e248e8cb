package io.entrain.wire;

/** No use can be made of the broker; the message says which and what to do. */
public final class BrokerException extends RuntimeException {
  BrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
