package io.entrain.job;

/** Which topic a record goes to. */
public enum OutputKind {
  DECODED,
  ALIGNMENT,
  REJECTED,
  /** Decoded by a shadow model. */
  SHADOW
}
