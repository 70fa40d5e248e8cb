package io.entrain.chaos;

import io.entrain.job.Delivery;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * What every run of a set has in common.
 *
 * @param root of the checkout, with models and job jar
 * @param out where reports and logs go
 * @param seconds length of each session
 * @param sessions that are sent at the same time, beside those that outlast them
 * @param width of topics and job
 * @param delivery of the job
 * @param kinds of faults that may happen
 * @param job further settings of the job
 */
public record ChaosPlan(
    Path root,
    Path out,
    int seconds,
    int sessions,
    Width width,
    Delivery delivery,
    Set<FaultKind> kinds,
    Map<String, String> job) {
  /**
   * How much happens side by side.
   *
   * @param parallelism of the job
   * @param partitions of every topic but that of the models
   */
  public record Width(int parallelism, int partitions) {
    /** One of each. */
    public static final Width ONE = new Width(1, 1);

    public Width {
      if (parallelism < 1 || parallelism > 8) {
        throw new IllegalArgumentException("parallelism " + parallelism + ", want 1 to 8");
      }
      if (partitions < 1 || partitions > 16) {
        throw new IllegalArgumentException(partitions + " partitions, want 1 to 16");
      }
    }
  }

  public ChaosPlan {
    if (seconds < 10 || seconds > 3600) {
      throw new IllegalArgumentException("sessions of " + seconds + " s, want 10 to 3600");
    }
    if (sessions < 1 || sessions > 64) {
      throw new IllegalArgumentException(sessions + " sessions, want 1 to 64");
    }
    kinds = Set.copyOf(kinds);
    job = Map.copyOf(job);
  }
}
