package io.entrain.wire;

import io.entrain.wire.v1.Reason;

/**
 * What reading untrusted bytes gave: a block that satisfies every rule of {@link BlockCodec}, or
 * the reason why there is none. Either {@code block} is not null, or {@code reason} and {@code
 * detail} are.
 *
 * @param block the block, or null
 * @param reason why the bytes were refused, or null
 * @param detail what was found and what was expected, in words, or null
 */
public record BlockReading(Block block, Reason reason, String detail) {
  static BlockReading accepted(Block block) {
    return new BlockReading(block, null, null);
  }

  static BlockReading rejected(Reason reason, String detail) {
    return new BlockReading(null, reason, detail);
  }

  /** True where there is a block. */
  public boolean isAccepted() {
    return block != null;
  }
}
