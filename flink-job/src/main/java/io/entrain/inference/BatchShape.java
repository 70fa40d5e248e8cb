package io.entrain.inference;

/**
 * With which first dimension ONNX Runtime is called. A row's last bits can depend on how many rows
 * share its call and on its place among them: kernels for one row differ from those for many, and
 * vector loops treat unaligned starts and odd tails apart (docs/inference.md has the figures).
 */
public enum BatchShape {
  /**
   * {@link #FITTED} for a model that was seen to give a row the same bits in calls of every size,
   * else {@link #SINGLE}; {@link #FIXED} on a GPU. Opening the model tries it out.
   */
  AUTO,
  /**
   * One call of [1, ...] for each row, in aligned memory: a row's result is bit-equal whatever else
   * is in its batch and wherever it stands, for every model.
   */
  SINGLE,
  /**
   * One call of the batch's capacity, the rest padded: bit-equal whatever shares the batch, if the
   * model does the same at every place. A test holds the shipped models to that. A full call is
   * paid even for a single row.
   */
  FIXED,
  /**
   * Calls of powers of two that hold the rows, padded by at most a quarter: bit-equal only for
   * models that give the same bits in calls of every size. Else repeats may differ in the last
   * bits, by 1e-5 in models that were tried, 4e-4 in a lag in milliseconds.
   */
  FITTED
}
