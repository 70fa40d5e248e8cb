package io.entrain.view;

import io.entrain.wire.Timing;

/** How long the last hops took, station by station, over all sessions. */
final class HopTimes {
  /** Log time of the last block that a pane waited for, to the job's hand-over of the record. */
  final RecentValues jobMillis = new RecentValues();

  /** The model's call within that. */
  final RecentValues modelMillis = new RecentValues();

  /** From the job's hand-over, through Kafka, to here. */
  final RecentValues kafkaMillis = new RecentValues();

  final RecentValues batchWindows = new RecentValues();

  void add(Timing timing, long seenMillis) {
    jobMillis.add((double) (timing.publishedMillis() - timing.arrivedMillis()));
    modelMillis.add(timing.inferenceMicros() / 1000.0);
    kafkaMillis.add((double) (seenMillis - timing.publishedMillis()));
    batchWindows.add(timing.batchSize());
  }
}
