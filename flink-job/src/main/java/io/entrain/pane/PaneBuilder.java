package io.entrain.pane;

import io.entrain.contract.ModelContract;
import io.entrain.wire.Block;

/** Builds {@link PaneRow}s out of parts of blocks. One pane at a time; not thread-safe. */
public final class PaneBuilder {
  private final ModalityGrid[] grids;

  /** Builds panes of the contract's hop, with its modalities in its order. */
  public PaneBuilder(ModelContract contract) {
    grids =
        contract.modalities().stream()
            .map(m -> new ModalityGrid(m, contract.stepsPerHop(m), contract.hopNanos()))
            .toArray(ModalityGrid[]::new);
  }

  /**
   * Adds the part of a block that lies in [{@code fromNanos}, {@code toNanos}), which lies in the
   * pane.
   *
   * @param modality index of the block's modality
   * @param paneNanos the pane's first instant
   */
  public void add(int modality, Block block, long paneNanos, long fromNanos, long toNanos) {
    grids[modality].add(block, paneNanos, fromNanos, toNanos);
  }

  /** The pane of everything added since the last call. */
  public PaneRow build() {
    PaneRow row = new PaneRow();
    row.values = new float[grids.length][];
    row.masks = new float[grids.length][];
    for (int i = 0; i < grids.length; i++) {
      row.values[i] = new float[grids[i].sizeInValues()];
      row.masks[i] = new float[grids[i].steps()];
      grids[i].drain(row.values[i], row.masks[i]);
    }
    return row;
  }
}
