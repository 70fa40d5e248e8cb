package io.entrain.inference;

/**
 * With which first dimension ONNX Runtime is called. The last bits of a float sum can depend on it:
 * matrix kernels choose their blocking by the number of rows (docs/inference.md has the figures).
 */
public enum BatchShape {
  /**
   * One call of [1, ...] for each row, in aligned memory: a row's result is bit-equal whatever else
   * is in its batch and wherever it stands, for every model. The choice on a CPU.
   */
  SINGLE,
  /**
   * One call of the batch's capacity, the rest padded: bit-equal whatever shares the batch, if the
   * model does the same at every place. A test holds the shipped models to that. A full call is
   * paid even for a single row.
   */
  FIXED,
  /**
   * One call of the smallest power of two that holds the rows: at most twice the work. Repeats may
   * differ in the last bits, by about 1e-5.
   */
  FITTED
}
