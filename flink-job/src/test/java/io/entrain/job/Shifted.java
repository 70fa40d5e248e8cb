package io.entrain.job;

import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;

/** Records moved in one of the two clocks. */
final class Shifted {
  private Shifted() {}

  /** The same block at other stamps. */
  static RawRecord byNanos(RawRecord record, long nanos) {
    Block block = new BlockCodec().decode(record.value()).block();
    return TestSession.record(
        record.stream(),
        new Block(
            block.session(),
            block.modality(),
            block.sequence(),
            block.startNanos() + nanos,
            block.endNanos() + nanos,
            block.events(),
            block.samples()),
        record.timestampMillis());
  }

  /** The same block come at another log time. */
  static RawRecord toLog(RawRecord record, long logMillis) {
    return TestSession.record(record.stream(), record.session(), record.value(), logMillis);
  }
}
