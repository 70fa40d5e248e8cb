package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.inference.Batch;
import io.entrain.inference.TensorRows;
import io.entrain.pane.PaneRow;

/**
 * Writes windows into the rows of a batch: {@code [B, contextHops * steps, planes]}, masks, state
 * tensors.
 */
final class WindowInputs {
  private final ModelContract contract;
  private final TensorRows[] values;
  private final TensorRows[] masks;
  private final StateRows[] states;
  private final PaneRow absent = new PaneRow();

  WindowInputs(ModelContract contract, LagRange lagRange, Batch batch) {
    this.contract = contract;
    int modalities = contract.modalities().size();
    values = new TensorRows[modalities];
    masks = new TensorRows[modalities];
    absent.values = new float[modalities][];
    absent.masks = new float[modalities][];
    for (int i = 0; i < modalities; i++) {
      Modality modality = contract.modalities().get(i);
      values[i] = batch.input(modality.name());
      masks[i] = batch.input(modality.maskName());
      int steps = contract.stepsPerHop(modality);
      absent.values[i] = new float[steps * modality.planes()];
      absent.masks[i] = new float[steps];
    }
    float[] allowed = lagRange.weights(contract);
    states =
        contract.states().stream()
            .map(
                state -> {
                  boolean set = allowed != null && state.name().equals(contract.lag().allowed());
                  return new StateRows(state, batch, set ? allowed : null);
                })
            .toArray(StateRows[]::new);
  }

  /**
   * Fills the row and returns the newest pane.
   *
   * @param window {@code [contextHops]} panes, null where there is none
   * @param tensors state tensors in the contract's order, or null for the initial ones
   */
  PaneRow fill(int row, PaneRow[] window, float[][] tensors) {
    PaneRow pane = absent;
    for (int hop = 0; hop < contract.contextHops(); hop++) {
      pane = window[hop] == null ? absent : window[hop];
      for (int i = 0; i < values.length; i++) {
        put(values[i], row, hop, pane.values[i]);
        put(masks[i], row, hop, pane.masks[i]);
      }
    }
    for (int i = 0; i < states.length; i++) {
      states[i].fill(row, tensors == null ? null : tensors[i]);
    }
    return pane;
  }

  private static void put(TensorRows tensor, int row, int hop, float[] values) {
    tensor.put(row, hop * values.length, values, 0, values.length);
  }

  /**
   * Reads the state tensors for the next pane out of the row; null, the initial ones, where one is
   * not finite that began so: values that overflow inside the model would never leave it.
   *
   * @param reused arrays that may be written to and returned, of the same states; or null
   */
  float[][] nextTensors(int row, float[][] reused) {
    float[][] next = reused == null ? new float[states.length][] : reused;
    for (int i = 0; i < states.length; i++) {
      next[i] = states[i].next(row, next[i]);
      if (next[i] == null) {
        return null;
      }
    }
    return next;
  }
}
