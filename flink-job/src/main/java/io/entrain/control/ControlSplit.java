package io.entrain.control;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * The topic's one partition, and where to read on.
 *
 * @param nextOffset the first offset that was not read; {@link #NONE} where the split is with its
 *     reader
 */
record ControlSplit(long nextOffset) implements SourceSplit {
  /** What the enumerator remembers once a reader has the split. */
  static final ControlSplit NONE = new ControlSplit(-1);

  @Override
  public String splitId() {
    return "control";
  }
}
