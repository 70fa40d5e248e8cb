package io.entrain.silence;

import io.entrain.silence.SilenceSource.OffsetOf;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;

/** Hands on, and notes how far each split was handed on. */
final class WatchedOutput<T> implements ReaderOutput<T> {
  private final ReaderOutput<T> target;
  private final Map<String, ReadPosition> positions;
  private final OffsetOf<T> offsetOf;
  private final Lookout lookout;

  WatchedOutput(
      ReaderOutput<T> target,
      Map<String, ReadPosition> positions,
      OffsetOf<T> offsetOf,
      Lookout lookout) {
    this.target = target;
    this.positions = positions;
    this.offsetOf = offsetOf;
    this.lookout = lookout;
  }

  boolean isOf(ReaderOutput<T> other) {
    return target == other;
  }

  @Override
  public SourceOutput<T> createOutputForSplit(String split) {
    return new OfSplit(target.createOutputForSplit(split), positions.get(split));
  }

  @Override
  public void releaseOutputForSplit(String split) {
    lookout.forget(positions.remove(split).partition);
    target.releaseOutputForSplit(split);
  }

  @Override
  public void collect(T element) {
    target.collect(element);
  }

  @Override
  public void collect(T element, long timestamp) {
    target.collect(element, timestamp);
  }

  @Override
  public void emitWatermark(Watermark watermark) {
    target.emitWatermark(watermark);
  }

  @Override
  public void markIdle() {
    target.markIdle();
  }

  @Override
  public void markActive() {
    target.markActive();
  }

  private final class OfSplit implements SourceOutput<T> {
    private final SourceOutput<T> split;
    private final ReadPosition position;

    OfSplit(SourceOutput<T> split, ReadPosition position) {
      this.split = split;
      this.position = position;
    }

    @Override
    public void collect(T element) {
      split.collect(element);
      position.nextOffset = offsetOf.offset(element) + 1;
    }

    @Override
    public void collect(T element, long timestamp) {
      split.collect(element, timestamp);
      position.nextOffset = offsetOf.offset(element) + 1;
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      split.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
      split.markIdle();
    }

    @Override
    public void markActive() {
      split.markActive();
    }
  }
}
