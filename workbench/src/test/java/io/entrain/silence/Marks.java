package io.entrain.silence;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;

/** Keeps what a reader says of its one split. */
final class Marks implements ReaderOutput<Long> {
  long newestMillis = Long.MIN_VALUE;
  boolean idle;

  @Override
  public void emitWatermark(Watermark watermark) {
    newestMillis = Math.max(newestMillis, watermark.getTimestamp());
  }

  @Override
  public void markIdle() {
    idle = true;
  }

  @Override
  public void markActive() {
    idle = false;
  }

  @Override
  public void collect(Long offset) {}

  @Override
  public void collect(Long offset, long timestamp) {}

  @Override
  public SourceOutput<Long> createOutputForSplit(String split) {
    return this;
  }

  @Override
  public void releaseOutputForSplit(String split) {}
}
