package io.entrain.control;

import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Gives the one split to the one reader. */
final class ControlEnumerator implements SplitEnumerator<ControlSplit, ControlSplit> {
  private final SplitEnumeratorContext<ControlSplit> context;
  private ControlSplit waiting;

  ControlEnumerator(SplitEnumeratorContext<ControlSplit> context, ControlSplit waiting) {
    this.context = context;
    this.waiting = waiting;
  }

  @Override
  public void start() {}

  @Override
  public void addReader(int subtask) {
    if (!waiting.equals(ControlSplit.NONE)) {
      context.assignSplit(waiting, subtask);
      waiting = ControlSplit.NONE;
    }
  }

  @Override
  public void addSplitsBack(List<ControlSplit> splits, int subtask) {
    if (!splits.isEmpty()) {
      waiting = splits.get(0);
    }
  }

  @Override
  public ControlSplit snapshotState(long checkpointId) {
    return waiting;
  }

  @Override
  public void handleSplitRequest(int subtask, String host) {}

  @Override
  public void close() {}
}
