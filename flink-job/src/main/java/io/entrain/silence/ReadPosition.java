package io.entrain.silence;

import org.apache.kafka.common.TopicPartition;

/**
 * How far a partition was handed on. Written by the task, read by the {@link Lookout}, which alone
 * touches the last three.
 */
final class ReadPosition {
  final TopicPartition partition;

  /** The first offset that was not handed on; below 0 where Flink left a mark instead. */
  volatile long nextOffset;

  /** What {@link #nextOffset} was when it was last looked at, and since when. */
  long seenOffset;

  long sinceNanos;

  /** No record is below this one that was not handed on; what Kafka keeps for itself may be. */
  long emptyBelow;

  ReadPosition(TopicPartition partition, long nextOffset) {
    this.partition = partition;
    this.nextOffset = nextOffset;
    this.seenOffset = nextOffset;
    this.emptyBelow = nextOffset;
    this.sinceNanos = System.nanoTime();
  }

  /** Whether nothing came for {@code silentNanos}. */
  boolean isSilent(long nowNanos, long silentNanos) {
    long offset = nextOffset;
    if (offset != seenOffset) {
      seenOffset = offset;
      emptyBelow = offset;
      sinceNanos = nowNanos;
    }
    return nowNanos - sinceNanos >= silentNanos;
  }
}
