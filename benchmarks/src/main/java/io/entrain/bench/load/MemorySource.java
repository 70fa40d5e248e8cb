package io.entrain.bench.load;

import io.entrain.job.RawRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * One stream of a {@link MemoryRun}, in one split, record by record as the engine asks for them.
 * Restarts are not foreseen: a benchmark that fails ends.
 */
public final class MemorySource
    implements Source<RawRecord, MemorySource.Position, MemorySource.Position> {
  private static final long serialVersionUID = 1L;

  private static final int NO_STREAM = -1;

  private final long run;
  private final int stream;

  MemorySource(long run, int stream) {
    this.run = run;
    this.stream = stream;
  }

  /** A source that ends at once. */
  static MemorySource empty(long run) {
    return new MemorySource(run, NO_STREAM);
  }

  /**
   * How much has been read.
   *
   * @param records of the stream
   */
  public record Position(int records) implements SourceSplit {
    @Override
    public String splitId() {
      return "stream";
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<RawRecord, Position> createReader(SourceReaderContext context) {
    if (stream == NO_STREAM) {
      return new Reader(List.of(), 0, CompletableFuture.completedFuture(null));
    }
    MemoryRun of = MemoryRun.of(run);
    List<RawRecord> records = of.stream(stream);
    return new Reader(records, records.size() * of.times(), of.released());
  }

  @Override
  public SplitEnumerator<Position, Position> createEnumerator(
      SplitEnumeratorContext<Position> context) {
    return new NoAssignment();
  }

  @Override
  public SplitEnumerator<Position, Position> restoreEnumerator(
      SplitEnumeratorContext<Position> context, Position checkpoint) {
    return new NoAssignment();
  }

  @Override
  public SimpleVersionedSerializer<Position> getSplitSerializer() {
    return new PositionSerializer();
  }

  @Override
  public SimpleVersionedSerializer<Position> getEnumeratorCheckpointSerializer() {
    return new PositionSerializer();
  }

  private static final class Reader implements SourceReader<RawRecord, Position> {
    private final List<RawRecord> records;
    private final int total;
    private final CompletableFuture<Void> released;
    private int next;

    Reader(List<RawRecord> records, int total, CompletableFuture<Void> released) {
      this.records = records;
      this.total = total;
      this.released = released;
    }

    @Override
    public void start() {}

    @Override
    public InputStatus pollNext(ReaderOutput<RawRecord> output) {
      if (next < total) {
        RawRecord record = records.get(next++ % records.size());
        output.collect(record, record.timestampMillis());
        return InputStatus.MORE_AVAILABLE;
      }
      return released.isDone() ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }

    @Override
    public List<Position> snapshotState(long checkpointId) {
      return List.of(new Position(next));
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return next < total ? CompletableFuture.completedFuture(null) : released;
    }

    @Override
    public void addSplits(List<Position> splits) {}

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {}
  }

  /** The reader knows what to read: there is nothing to hand out. */
  private static final class NoAssignment implements SplitEnumerator<Position, Position> {
    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<Position> splits, int subtask) {}

    @Override
    public void addReader(int subtask) {}

    @Override
    public Position snapshotState(long checkpointId) {
      return new Position(0);
    }

    @Override
    public void close() {}
  }

  private static final class PositionSerializer implements SimpleVersionedSerializer<Position> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Position position) {
      return ByteBuffer.allocate(Integer.BYTES).putInt(position.records()).array();
    }

    @Override
    public Position deserialize(int version, byte[] bytes) {
      return new Position(ByteBuffer.wrap(bytes).getInt());
    }
  }
}
