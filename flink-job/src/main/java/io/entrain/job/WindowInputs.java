package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.State;
import io.entrain.inference.Batch;
import io.entrain.inference.TensorRows;
import io.entrain.pane.PaneRow;

/**
 * Writes windows into the rows of a batch: {@code [B, contextHops * steps, planes]}, masks, state
 * tensors.
 */
final class WindowInputs {
  private final ModelContract contract;
  private final PaneRow absent = new PaneRow();

  /** What the settings say of a state, in the contract's order; null where the session keeps it. */
  private final float[][] fixed;

  WindowInputs(ModelContract contract, LagRange lagRange) {
    this.contract = contract;
    this.fixed = new float[contract.states().size()][];
    float[] allowed = lagRange.weights(contract);
    if (allowed != null) {
      fixed[contract.states().indexOf(contract.state(contract.lag().allowed()))] = allowed;
    }
    int modalities = contract.modalities().size();
    absent.values = new float[modalities][];
    absent.masks = new float[modalities][];
    for (int i = 0; i < modalities; i++) {
      Modality modality = contract.modalities().get(i);
      int steps = contract.stepsPerHop(modality);
      absent.values[i] = new float[steps * modality.planes()];
      absent.masks[i] = new float[steps];
    }
  }

  /**
   * Fills the row and returns the newest pane.
   *
   * @param window {@code [contextHops]} panes, null where there is none
   * @param tensors state tensors in the contract's order, or null for the initial ones
   */
  PaneRow fill(Batch batch, int row, PaneRow[] window, float[][] tensors) {
    PaneRow pane = absent;
    for (int hop = 0; hop < contract.contextHops(); hop++) {
      pane = window[hop] == null ? absent : window[hop];
      for (int i = 0; i < contract.modalities().size(); i++) {
        Modality modality = contract.modalities().get(i);
        put(batch.input(modality.name()), row, hop, pane.values[i]);
        put(batch.input(modality.maskName()), row, hop, pane.masks[i]);
      }
    }
    for (int i = 0; i < contract.states().size(); i++) {
      State state = contract.states().get(i);
      float[] kept = tensors == null ? state.initial() : tensors[i];
      batch.input(state.name()).put(row, fixed[i] == null ? kept : fixed[i]);
    }
    return pane;
  }

  private static void put(TensorRows tensor, int row, int hop, float[] values) {
    tensor.put(row, hop * values.length, values, 0, values.length);
  }

  /**
   * Reads the state tensors for the next pane out of the row; null, the initial ones, where one is
   * not finite that began so: values that overflow inside the model would never leave it.
   */
  float[][] nextTensors(Batch batch, int row) {
    float[][] next = new float[contract.states().size()][];
    for (int i = 0; i < next.length; i++) {
      State state = contract.states().get(i);
      next[i] = batch.output(state.next()).row(row);
      if (isFinite(state.initial()) && !isFinite(next[i])) {
        return null;
      }
    }
    return next;
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
