package io.entrain.fuzz;

import java.nio.file.Path;

/**
 * What is to be run.
 *
 * @param model the ONNX file whose contract says what is a good block, and which decodes them
 * @param seed the same seed sends the same records
 * @param records how many are sent
 * @param mutantShare of blocks with a mutant, 0 to 1
 * @param parallelism subtasks of the job, and partitions of its topics
 */
public record FuzzOptions(
    Path model, long seed, long records, double mutantShare, int parallelism) {
  public FuzzOptions {
    if (records < 1) {
      throw new IllegalArgumentException("records is " + records + ", must be at least 1");
    }
    if (!(mutantShare >= 0 && mutantShare <= 1)) {
      throw new IllegalArgumentException(
          "the share of mutants is " + mutantShare + ", must be 0 to 1");
    }
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism is " + parallelism + ", must be at least 1");
    }
  }
}
