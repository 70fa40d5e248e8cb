package io.entrain.swap;

import io.entrain.wire.v1.Reason;

/** Why an announcement is not admitted. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  Refusal(Reason reason, String detail) {
    super(detail);
    this.reason = reason;
  }

  /** For the dead-letter topic; the message is the detail. */
  public Reason reason() {
    return reason;
  }
}
