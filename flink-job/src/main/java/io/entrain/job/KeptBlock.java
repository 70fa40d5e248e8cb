package io.entrain.job;

import io.entrain.wire.Block;

/**
 * A block that waits for its panes, as the record it came in. Public fields, because this is state
 * that the engine serialises; what was read from the record is not serialised but read again.
 */
public final class KeptBlock {
  public RawRecord raw;

  /** What was read from {@link #raw}; null after a restore. */
  public transient Block block;

  public KeptBlock() {}

  KeptBlock(RawRecord raw, Block block) {
    this.raw = raw;
    this.block = block;
  }
}
