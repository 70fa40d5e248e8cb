package io.entrain.job;

import io.entrain.contract.ModelContract.State;
import io.entrain.inference.Batch;
import io.entrain.inference.TensorRows;

/**
 * One state of a model in the rows of a batch: what goes in, and what comes out for the next pane.
 */
final class StateRows {
  private final TensorRows input;
  private final TensorRows output;
  private final float[] initial;
  private final float[] set;
  private final boolean staysFinite;

  /**
   * Of one batch.
   *
   * @param set what the settings say that it is; null where the session keeps it
   */
  StateRows(State state, Batch batch, float[] set) {
    this.input = batch.input(state.name());
    this.output = batch.output(state.next());
    this.initial = state.initial();
    this.set = set;
    this.staysFinite = isFinite(initial);
  }

  /**
   * Fills the row.
   *
   * @param kept what the session keeps, or null for the initial values
   */
  void fill(int row, float[] kept) {
    if (set != null) {
      input.put(row, set);
    } else {
      input.put(row, kept == null ? initial : kept);
    }
  }

  /**
   * Reads what the session is to keep; null where that is not finite and the initial values are.
   *
   * @param reused is written to and returned, unless it is null
   */
  float[] next(int row, float[] reused) {
    float[] next = reused == null ? new float[input.rowSize()] : reused;
    output.get(row, next);
    return staysFinite && !isFinite(next) ? null : next;
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
