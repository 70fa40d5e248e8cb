package io.entrain.soak;

import io.entrain.wire.Block;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was sent of one session and what came of it, until it is settled. */
final class SessionBook {
  private record Entry(
      int stream, long sequence, long startNanos, long endNanos, boolean tooShort) {}

  private record Refused(int stream, long sequence) {}

  private final long hopNanos;
  private final List<Entry> blocks = new ArrayList<>();
  private final Set<Refused> refused = new HashSet<>();
  private final Map<Long, Integer> panes = new HashMap<>();
  private long letters;
  private long repeats;

  SessionBook(long hopNanos) {
    this.hopNanos = hopNanos;
  }

  /** {@code tooShort}: it may fill no step of the model's input. */
  void sent(int stream, Block block, boolean tooShort) {
    blocks.add(new Entry(stream, block.sequence(), block.startNanos(), block.endNanos(), tooShort));
  }

  void refused(int stream, long sequence) {
    letters++;
    if (!refused.add(new Refused(stream, sequence))) {
      repeats++;
    }
  }

  /** {@code present}: bit by stream, whether anything of it was in the pane. */
  void decoded(long pane, int present) {
    if (panes.put(pane, present) != null) {
      repeats++;
    }
  }

  /**
   * What became of the session.
   *
   * @param blocks that were sent
   * @param letters dead letters
   * @param lost blocks that are neither in decoded output nor a dead letter
   * @param panes decoded
   * @param holes panes that are missing between the first and the last
   * @param repeats outputs that came more than once
   */
  record Balance(long blocks, long letters, long lost, long panes, long holes, long repeats) {
    Balance plus(Balance other) {
      return new Balance(
          blocks + other.blocks,
          letters + other.letters,
          lost + other.lost,
          panes + other.panes,
          holes + other.holes,
          repeats + other.repeats);
    }
  }

  Balance settle() {
    long lost =
        blocks.stream()
            .filter(block -> !refused.contains(new Refused(block.stream, block.sequence)))
            .filter(block -> !shows(block))
            .count();
    long first = panes.keySet().stream().mapToLong(pane -> pane).min().orElse(0);
    long last = panes.keySet().stream().mapToLong(pane -> pane).max().orElse(-1);
    long holes = last - first + 1 - panes.size();
    return new Balance(blocks.size(), letters, lost, panes.size(), holes, repeats);
  }

  /** Whether a pane that the block reaches into was decoded with its stream in it. */
  private boolean shows(Entry block) {
    int bit = block.tooShort ? 0 : 1 << block.stream;
    for (long pane = Math.floorDiv(block.startNanos, hopNanos);
        pane * hopNanos < block.endNanos;
        pane++) {
      Integer present = panes.get(pane);
      if (present != null && (present & bit) == bit) {
        return true;
      }
    }
    return false;
  }
}
