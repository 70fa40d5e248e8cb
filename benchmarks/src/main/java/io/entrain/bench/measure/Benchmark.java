package io.entrain.bench.measure;

/** A question with contestants. */
public interface Benchmark {
  /** As on the command line. */
  String name();

  /** What it measures against what, in one line. */
  String question();

  /** Runs all of it and hands the rows to {@code results}. */
  void run(Setting setting, Results results) throws Exception;

  /** Whether a quick run leaves it out unless it is named: a quick run is for every day. */
  default boolean isForTheRecord() {
    return false;
  }
}
