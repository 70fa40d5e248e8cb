package io.entrain.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Seeded blocks of one stream, with gaps, delays, repeats and clock jumps, in the order of its log.
 */
record LogStream(int index, List<LogBlock> blocks) {
  static final int BLOCK_NANOS = 20;

  /** A block: event time in a unit of its own, log time. */
  record LogBlock(long startNanos, long endNanos, long logMillis) {}

  /** Where the clocks of a session are off. */
  record Jump(int fromBlock, int toBlock, long byNanos) {
    long at(int block) {
      return block >= fromBlock && block < toBlock ? byNanos : 0;
    }
  }

  static LogStream of(int index, int count, int stallMillis, List<Jump> jumps, Random random) {
    List<LogBlock> blocks = new ArrayList<>();
    long log = 0;
    for (int i = 0; i < count; i++) {
      double dice = random.nextDouble();
      if (dice < 0.08) {
        continue;
      }
      int block = i;
      long start =
          1000L + (long) i * BLOCK_NANOS + jumps.stream().mapToLong(jump -> jump.at(block)).sum();
      log =
          Math.max(
              log, (i + 1L) * BLOCK_NANOS + random.nextInt(8) + (dice < 0.1 ? stallMillis : 0));
      blocks.add(new LogBlock(start, start + BLOCK_NANOS, log));
      if (random.nextDouble() < 0.12) {
        LogBlock again = blocks.get(Math.max(0, blocks.size() - 1 - random.nextInt(6)));
        blocks.add(new LogBlock(again.startNanos(), again.endNanos(), log));
      }
    }
    return new LogStream(index, blocks);
  }
}
