package io.entrain.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Stops the job with a savepoint and goes on from it with another parallelism, while its input goes
 * on. A stop that fails because an earlier fault is not over is tried again.
 */
final class Rescaler {
  private static final long PATIENCE_SECONDS = 300;

  private final FlinkRest flink;
  private final Submission submission;
  private final Path savepoints;
  private int taken;

  /**
   * A rescaler of the one job of a cluster.
   *
   * @param savepoints folder of the savepoints
   */
  Rescaler(FlinkRest flink, Submission submission, Path savepoints) {
    this.flink = flink;
    this.submission = submission;
    this.savepoints = savepoints;
  }

  /** Stops the job and submits it with this parallelism; what was done, for people. */
  String become(int parallelism) {
    long began = System.nanoTime();
    String savepoint = stop();
    long stopped = System.nanoTime();
    submission.submit(parallelism, savepoint);
    return "the job stops with a savepoint within %d ms and goes on with parallelism %d %d ms later"
        .formatted(millis(stopped - began), parallelism, millis(System.nanoTime() - stopped));
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private String stop() {
    Path folder = savepoints.resolve("rescale-" + ++taken);
    AtomicReference<String> stopped = new AtomicReference<>();
    Waiting.until(
        "the job stops with a savepoint",
        PATIENCE_SECONDS,
        () -> {
          flink
              .running()
              .ifPresent(
                  job -> {
                    stopped.set(job);
                    flink.stop(job, folder.toUri().toString());
                  });
          return stopped.get() != null && flink.ended(stopped.get());
        });
    return savepointIn(folder).toUri().toString();
  }

  /** The finished one: each that failed on the way was deleted, or has no metadata. */
  private static Path savepointIn(Path folder) {
    try (Stream<Path> found = Files.walk(folder, 2)) {
      return found
          .filter(file -> file.endsWith("_metadata"))
          .findFirst()
          .orElseThrow(() -> new ChaosException("no savepoint in " + folder, null))
          .getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
