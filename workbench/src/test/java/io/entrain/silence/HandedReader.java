package io.entrain.silence;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;

/** A reader that hands on what the test gives it, when the test gives it. Elements are offsets. */
final class HandedReader implements SourceReader<Long, KafkaPartitionSplit> {
  final Queue<Long> given = new ArrayDeque<>();
  private String split;

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<Long> output) {
    Long next = given.poll();
    if (next != null) {
      output.createOutputForSplit(split).collect(next);
    }
    return InputStatus.NOTHING_AVAILABLE;
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    split = splits.get(0).splitId();
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return new CompletableFuture<>();
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    return List.of();
  }

  @Override
  public void notifyNoMoreSplits() {}

  @Override
  public void close() {}
}
