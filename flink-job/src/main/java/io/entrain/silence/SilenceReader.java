package io.entrain.silence;

import io.entrain.silence.SilenceSource.OffsetOf;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;

/** Flink's reader, and the watermarks of its silent partitions. */
final class SilenceReader<T> implements SourceReader<T, KafkaPartitionSplit> {
  private final SourceReader<T, KafkaPartitionSplit> reader;
  private final OffsetOf<T> offsetOf;
  private final Lookout lookout;

  /** By split. */
  private final Map<String, ReadPosition> positions = new HashMap<>();

  private WatchedOutput<T> output;
  private long seenNumber;

  /** Completes when there is something to read, or something was seen. */
  private volatile CompletableFuture<Void> wakeUp = new CompletableFuture<>();

  /** The reader's newest future; it completes {@link #wakeUp}. */
  private CompletableFuture<Void> linked;

  SilenceReader(
      SourceReader<T, KafkaPartitionSplit> reader, OffsetOf<T> offsetOf, Lookout lookout) {
    this.reader = reader;
    this.offsetOf = offsetOf;
    this.lookout = lookout;
  }

  @Override
  public void start() {
    reader.start();
    lookout.start(this::wake);
  }

  private void wake() {
    wakeUp.complete(null);
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    for (KafkaPartitionSplit split : splits) {
      positions.put(
          split.splitId(), lookout.watch(split.getTopicPartition(), split.getStartingOffset()));
    }
    reader.addSplits(splits);
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> target) throws Exception {
    if (wakeUp.isDone()) {
      wakeUp = new CompletableFuture<>();
    }
    if (output == null || !output.isOf(target)) {
      output = new WatchedOutput<>(target, positions, offsetOf, lookout);
    }
    // What is at hand goes first: a watermark never overtakes it.
    InputStatus status = reader.pollNext(output);
    Lookout.Sight newest = lookout.sight();
    if (newest.number() != seenNumber) {
      seenNumber = newest.number();
      promise(newest, target);
    }
    return status;
  }

  private void promise(Lookout.Sight seen, ReaderOutput<T> target) {
    if (seen.hasNoPartition() && positions.isEmpty()) {
      target.markIdle();
    }
    positions.forEach(
        (split, position) -> {
          Long from = seen.silent().get(position.partition);
          if (from != null
              && from == position.nextOffset
              && seen.newestMillis() != Long.MIN_VALUE) {
            target
                .createOutputForSplit(split)
                .emitWatermark(new Watermark(seen.newestMillis() - 1));
          }
        });
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    CompletableFuture<Void> readable = reader.isAvailable();
    if (readable.isDone()) {
      return readable;
    }
    if (readable != linked) {
      linked = readable;
      var unused = readable.thenRun(this::wake);
    }
    return wakeUp;
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    return reader.snapshotState(checkpointId);
  }

  @Override
  public void notifyNoMoreSplits() {
    reader.notifyNoMoreSplits();
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    reader.handleSourceEvents(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    reader.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    reader.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
    reader.pauseOrResumeSplits(toPause, toResume);
  }

  @Override
  public void close() throws Exception {
    try {
      lookout.close();
    } finally {
      reader.close();
    }
  }
}
