package io.entrain.experiment;

import io.entrain.recording.KnownLag;
import io.entrain.recording.Labels;
import io.entrain.recording.Session;
import java.util.Arrays;
import java.util.List;

/**
 * What is true of a session at the end of a window: the last label before it, and the lag there.
 */
final class KnownTruth {
  private final Labels labels;
  private final KnownLag lag;

  /**
   * Takes what is known of a session.
   *
   * @throws PlanException where it has no labels
   */
  KnownTruth(Session session) {
    if (session.labels() == null) {
      throw new PlanException(
          "session "
              + session.about().name()
              + " has no labels, so nothing that is decoded can be scored");
    }
    labels = session.labels();
    lag = session.lag() == null || session.lag().nanos().length == 0 ? null : session.lag();
  }

  /**
   * The place of each name among the components.
   *
   * @throws PlanException where one is not there
   */
  int[] places(String model, List<String> names) {
    int[] places = new int[names.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = labels.names().indexOf(names.get(i));
      if (places[i] < 0) {
        throw new PlanException(
            "model "
                + model
                + " decodes "
                + names.get(i)
                + ", the labels have only "
                + labels.names());
      }
    }
    return places;
  }

  /** Row of the last label before {@code endNanos}; -1 where there is none. */
  int rowBefore(long endNanos) {
    return before(labels.nanos(), endNanos);
  }

  double value(int row, int place) {
    return labels.values()[row][place];
  }

  /** The lag at a label, in milliseconds; NaN where it is unknown. */
  double lagMillis(int row) {
    int at = lag == null ? -1 : before(lag.nanos(), labels.nanos()[row] + 1);
    return at < 0 ? Double.NaN : lag.millis()[at];
  }

  private static int before(long[] nanos, long end) {
    int place = Arrays.binarySearch(nanos, end);
    return (place < 0 ? -place - 1 : place) - 1;
  }
}
