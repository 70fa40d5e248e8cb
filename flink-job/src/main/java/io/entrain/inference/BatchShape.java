package io.entrain.inference;

/**
 * With which first dimension ONNX Runtime is called. The last bits of a float sum can depend on it:
 * matrix kernels choose their blocking by the number of rows (docs/inference.md has the figures).
 */
public enum BatchShape {
  /**
   * Always the batch's capacity, the rest padded: a row's result is bit-equal whatever shares its
   * batch. Costs a full call for a single row.
   */
  FIXED,
  /**
   * The smallest power of two that holds the rows: no more than twice the work. Repeats may differ
   * in the last bits.
   */
  FITTED
}
