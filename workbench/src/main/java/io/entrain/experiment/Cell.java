package io.entrain.experiment;

/**
 * One session of an experiment.
 *
 * @param source name of the subject or the recording
 * @param conditions what goes wrong in it
 * @param seed of the session, or of the lag that is injected into a recording
 */
record Cell(String source, Conditions conditions, long seed) {
  /** The session's id on Kafka. */
  String id() {
    return source + " " + conditions + " seed=" + seed;
  }
}
