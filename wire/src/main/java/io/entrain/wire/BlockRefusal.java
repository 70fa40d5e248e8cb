package io.entrain.wire;

import io.entrain.wire.v1.Reason;
import java.util.Locale;

/** Leaves the checks at the first broken rule; never leaves the package. */
final class BlockRefusal extends Exception {
  final transient Reason reason;

  BlockRefusal(Reason reason, String detail) {
    // No stack trace: bad data is an expected result, and a flood of it must stay cheap.
    super(detail, null, false, false);
    this.reason = reason;
  }

  /** What to throw; {@code detail} is a format with its arguments. */
  static BlockRefusal of(Reason reason, String detail, Object... arguments) {
    return new BlockRefusal(reason, String.format(Locale.ROOT, detail, arguments));
  }

  /**
   * Refuses unless {@code holds}. Not for each block with arguments that are numbers: they are
   * boxed whether it holds or not.
   */
  static void unless(boolean holds, Reason reason, String detail, Object... arguments)
      throws BlockRefusal {
    if (!holds) {
      throw of(reason, detail, arguments);
    }
  }
}
