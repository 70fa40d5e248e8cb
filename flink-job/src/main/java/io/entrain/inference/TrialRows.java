package io.entrain.inference;

import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.State;
import java.util.Random;

/** Made-up windows that any model can be called with. */
final class TrialRows {
  private TrialRows() {}

  /**
   * Fills row {@code row} with the window of that number, the same wherever it stands: a few
   * events, samples of unit variance, gaps, states that are positive and sum to one.
   */
  static void fill(OnnxModel model, Batch batch, int row, long window) {
    Random random = new Random(window);
    for (Modality modality : model.contract().modalities()) {
      TensorRows mask = batch.input(modality.maskName());
      TensorRows values = batch.input(modality.name());
      int planes = modality.planes();
      float[] columns = new float[planes];
      for (int step = 0; step < mask.rowSize(); step++) {
        boolean present = random.nextInt(20) > 0;
        mask.fill(row, step, 1, present ? 1 : 0);
        for (int plane = 0; plane < planes; plane++) {
          columns[plane] = present ? value(modality, random) : 0;
        }
        values.put(row, step * planes, columns, 0, planes);
      }
    }
    for (State state : model.contract().states()) {
      batch.input(state.name()).put(row, shares(state.size(), random));
    }
  }

  private static float value(Modality modality, Random random) {
    return modality.rateHz() > 0
        ? (float) random.nextGaussian()
        : Math.max(0, random.nextInt(40) - 37);
  }

  private static float[] shares(int size, Random random) {
    float[] values = new float[size];
    float sum = 0;
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat();
      sum += values[i];
    }
    for (int i = 0; i < size; i++) {
      values[i] /= sum;
    }
    return values;
  }
}
