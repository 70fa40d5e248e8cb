package io.entrain.pane;

import java.util.Arrays;

/**
 * One closed pane of a session, as the model wants it. Public fields, because this is state that
 * the engine serialises; never changed once built.
 */
public final class PaneRow {
  /** For each modality {@code [steps * planes]}, step after step; 0 where the mask is 0. */
  public float[][] values = new float[0][];

  /** For each modality {@code [steps]}: 1 where the step was covered, else 0. */
  public float[][] masks = new float[0][];

  /** Share of the steps of a modality that were covered, 0 to 1. */
  public float presentShare(int modality) {
    float sum = 0;
    for (float present : masks[modality]) {
      sum += present;
    }
    return masks[modality].length == 0 ? 0 : sum / masks[modality].length;
  }

  /** The same, on average over the modalities. */
  public double presentShare() {
    double sum = 0;
    for (int modality = 0; modality < masks.length; modality++) {
      sum += presentShare(modality);
    }
    return masks.length == 0 ? 0 : sum / masks.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PaneRow that
        && Arrays.deepEquals(values, that.values)
        && Arrays.deepEquals(masks, that.masks);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.deepHashCode(values) + Arrays.deepHashCode(masks);
  }

  @Override
  public String toString() {
    return "PaneRow[" + values.length + " modalities]";
  }
}
