package io.entrain.soak;

/**
 * One session of the run: when it comes, what it plays and what is missing of it.
 *
 * @param session its id
 * @param startMillis event time of the run at which it begins
 * @param seconds length
 * @param tape number of the simulated session that it plays
 * @param deviceNanos what its device clock shows at its start
 * @param gone stream that is away for a while
 */
record Visit(
    String session, long startMillis, int seconds, int tape, long deviceNanos, Absence gone) {
  /**
   * A stream that is away for a while.
   *
   * @param modality which
   * @param fromMillis after the session's start
   * @param untilMillis after the session's start; {@code fromMillis} where it never is
   */
  record Absence(String modality, long fromMillis, long untilMillis) {
    boolean covers(String stream, long millis) {
      return stream.equals(modality) && millis >= fromMillis && millis < untilMillis;
    }
  }

  long endMillis() {
    return startMillis + 1000L * seconds;
  }
}
