package io.entrain.fuzz;

import io.entrain.contract.ModelContract;
import io.entrain.wire.Block;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.HashMap;
import java.util.Map;

/** Which panes were decoded, and of which modalities they held anything. */
final class DecodedPanes {
  private final ModelContract contract;
  private final Map<String, Map<Long, Long>> bySession = new HashMap<>();
  private long size;
  private long notFinite;

  DecodedPanes(ModelContract contract) {
    this.contract = contract;
  }

  void add(Decoded decoded) {
    long bits = 0;
    for (int i = 0; i < decoded.getPresenceCount(); i++) {
      bits |= decoded.getPresence(i).getShare() > 0 ? 1L << i : 0;
    }
    size++;
    notFinite += isFinite(decoded) ? 0 : 1;
    bySession
        .computeIfAbsent(decoded.getSession(), session -> new HashMap<>())
        .merge(decoded.getWindowEndNanos() / contract.hopNanos() - 1, bits, (a, b) -> a | b);
  }

  private static boolean isFinite(Decoded decoded) {
    for (Component component : decoded.getComponentList()) {
      if (!Float.isFinite(component.getMean())) {
        return false;
      }
    }
    return true;
  }

  /** Decoded panes. */
  long size() {
    return size;
  }

  /** Decoded panes with an estimate that is not finite. */
  long notFinite() {
    return notFinite;
  }

  /**
   * Whether a block can be seen in the output: a pane that it reaches into was decoded with its
   * modality there. A block too short to cover a whole step of the model's input fills none; then
   * the pane alone is asked for.
   */
  boolean shows(Block block, int modality) {
    Map<Long, Long> panes = bySession.getOrDefault(block.session(), Map.of());
    long hop = contract.hopNanos();
    long bit = isTooShort(block, modality) ? 0 : 1L << modality;
    for (long pane = Math.floorDiv(block.startNanos(), hop);
        pane * hop < block.endNanos();
        pane++) {
      Long there = panes.get(pane);
      if (there != null && (there & bit) == bit) {
        return true;
      }
    }
    return false;
  }

  /** A span of two steps covers one, wherever it begins. */
  private boolean isTooShort(Block block, int modality) {
    ModelContract.Modality what = contract.modalities().get(modality);
    double stepsPerSecond =
        what.rateHz() > 0 ? what.rateHz() : what.binsPerHop() * 1000.0 / contract.hopMillis();
    return block.spanNanos() * 1e-9 * stepsPerSecond < 2;
  }
}
