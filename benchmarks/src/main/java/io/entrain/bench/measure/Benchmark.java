package io.entrain.bench.measure;

/** A question with contestants. */
public interface Benchmark {
  /** As on the command line. */
  String name();

  /** What it measures against what, in one line. */
  String question();

  /** Runs all of it and hands the rows to {@code results}. */
  void run(Setting setting, Results results) throws Exception;
}
