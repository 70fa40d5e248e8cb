package io.entrain.silence;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a job begins to read that has no state, as numbers: Flink's own initialisers leave a mark,
 * and what a partition's first offset is then stays unknown until a record came.
 */
public enum StartOffsets implements OffsetsInitializer {
  /** The oldest record that is kept. */
  EARLIEST {
    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever broker) {
      return broker.beginningOffsets(partitions);
    }
  },

  /** What comes from now on. */
  LATEST {
    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever broker) {
      return broker.endOffsets(partitions);
    }
  },

  /** What the consumer group has committed; the oldest record where it has nothing. */
  COMMITTED {
    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever broker) {
      Map<TopicPartition, Long> offsets = new HashMap<>(broker.beginningOffsets(partitions));
      offsets.putAll(broker.committedOffsets(partitions));
      return offsets;
    }
  };

  private static final long serialVersionUID = 1L;

  /** For what was deleted before it was read: what is left counts. */
  @Override
  @SuppressWarnings("deprecation") // the connector's own type
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return this == LATEST ? OffsetResetStrategy.LATEST : OffsetResetStrategy.EARLIEST;
  }
}
