package io.entrain.view;

import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Presence;
import java.util.List;

/**
 * How a session stands, for the grid.
 *
 * @param newest decoded record of the model that finds a lag, else of any
 * @param headroom smoothed over about a second; NaN of a model that does not tell
 * @param silentMillis since anything was decoded
 */
record SessionNow(String session, Decoded newest, double headroom, long silentMillis) {
  /** A job that is late by its allowed lateness, one second, is not silent. */
  private static final long SILENT_MILLIS = 3_000;

  boolean isSilent() {
    return silentMillis > SILENT_MILLIS;
  }

  List<String> missing() {
    return newest.getPresenceList().stream()
        .filter(presence -> presence.getShare() == 0)
        .map(Presence::getModality)
        .toList();
  }

  /**
   * The larger, the worse: silent before a missing stream, before an alignment that only memory
   * holds (headroom below 0), before a lag that is uncertain.
   */
  double concern() {
    double concern = 0;
    if (isSilent()) {
      concern += 1e6;
    }
    concern += 1e4 * missing().size();
    if (!Double.isNaN(headroom)) {
      concern += 100 * Math.max(-10, Math.min(10, -headroom));
    }
    return concern + (newest.hasLag() ? Math.min(50, newest.getLag().getSdMillis()) : 0);
  }
}
