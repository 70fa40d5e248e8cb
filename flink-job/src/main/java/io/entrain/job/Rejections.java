package io.entrain.job;

import io.entrain.timeline.Verdict;
import io.entrain.wire.Block;
import io.entrain.wire.v1.Reason;
import java.util.Optional;

/** Why the timeline refused a block, in the words of the dead-letter topic. */
final class Rejections {
  private Rejections() {}

  /** The reason to report, where there is one. */
  static Optional<Reason> of(Verdict verdict) {
    return switch (verdict) {
      case ACCEPTED, HELD -> Optional.empty();
      case ACCEPTED_IN_PART, TOO_LATE -> Optional.of(Reason.TOO_LATE);
      case BACK_IN_TIME -> Optional.of(Reason.BACK_IN_TIME);
      case CLOCK_JUMP -> Optional.of(Reason.CLOCK_JUMP);
    };
  }

  static String detail(Verdict verdict, Block block) {
    String span =
        "block %d of %s, [%d, %d) ns"
            .formatted(block.sequence(), block.modality(), block.startNanos(), block.endNanos());
    return switch (verdict) {
      case ACCEPTED, HELD -> span;
      case ACCEPTED_IN_PART, TOO_LATE ->
          span
              + ": came after the deadline of its panes, or of the first of them; send sooner or raise allowed-lateness-millis";
      case BACK_IN_TIME ->
          span + ": the stream has covered this time already; a repeat, or a clock that went back";
      case CLOCK_JUMP ->
          span
              + ": far from where the session stands, and the other streams did not follow; check the device's clock or raise clock-jump-millis";
    };
  }
}
