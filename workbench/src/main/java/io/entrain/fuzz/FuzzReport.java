package io.entrain.fuzz;

import io.entrain.wire.v1.Reason;
import java.util.List;
import java.util.Map;

/**
 * What became of the records of a run.
 *
 * @param sent records that the broker took
 * @param used records that can be seen in decoded output and have no dead letter
 * @param refused records that have a dead letter
 * @param reasons dead letters by reason
 * @param decoded decoded panes
 * @param notFinite decoded panes with an estimate that is not finite
 * @param failure what ended the job, or empty; it is told not to restart
 * @param findings records of which something is wrong, in words, no more than some dozens of them
 * @param wrong records of which something is wrong
 * @param heapBytes heap in use after a collection, from the job's start to its end
 * @param seconds how long the job ran
 */
public record FuzzReport(
    long sent,
    long used,
    long refused,
    Map<Reason, Long> reasons,
    long decoded,
    long notFinite,
    String failure,
    List<String> findings,
    long wrong,
    List<Long> heapBytes,
    double seconds) {

  /** Whether the job did not fail and every record is accounted for. */
  public boolean isClean() {
    return failure.isEmpty() && wrong == 0;
  }
}
