package io.entrain.bench.contest;

import io.entrain.contract.ModelContract;
import java.io.Serializable;

/**
 * A model as a user's function would call it: one window at a time.
 *
 * <p>Tensors are row-major, in the order of the contract.
 */
interface WindowCall extends AutoCloseable {
  /** What the model asks for and gives. */
  ModelContract contract();

  /**
   * Runs one window.
   *
   * @param inputs of every input tensor, without the batch
   * @return every output tensor, without the batch
   */
  float[][] run(float[][] inputs);

  @Override
  void close();

  /** Opens one on the TaskManager. */
  interface Opening extends Serializable {
    WindowCall open();
  }
}
