package io.entrain.contract;

/** A contract that cannot be kept; the message says what, its value, the bound and what to do. */
public final class ContractException extends RuntimeException {
  public ContractException(String message) {
    super(message);
  }

  public ContractException(String message, Throwable cause) {
    super(message, cause);
  }
}
