package io.entrain.soak;

/**
 * The job at one moment of the run.
 *
 * @param eventMillis event time that the job has reached
 * @param wallMillis since the run began
 * @param memory of the job's process
 * @param state of the job in a savepoint
 * @param blocks sent until then
 * @param panes decoded until then
 * @param letters dead letters until then
 */
record Sample(
    long eventMillis,
    long wallMillis,
    Memory memory,
    State state,
    long blocks,
    long panes,
    long letters) {
  /**
   * The job's process.
   *
   * @param heapBytes in use after a collection
   * @param residentBytes resident set of the process
   * @param nativeBytes of it what is not heap
   * @param codeBytes of those what the JVM knows of: classes and compiled code
   * @param threads alive
   */
  record Memory(
      long heapBytes, long residentBytes, long nativeBytes, long codeBytes, int threads) {}

  /**
   * What a savepoint holds.
   *
   * @param bytes size of the savepoint
   * @param entries of keyed state, timers among them
   * @param sessions of which there is any
   * @param live sessions that may have state: those that have begun and not timed out
   * @param overstayed sessions whose state should be gone
   */
  record State(long bytes, long entries, int sessions, int live, int overstayed) {}
}
