package io.entrain.soak;

import java.nio.file.Path;
import java.util.Map;

/**
 * What is to be run.
 *
 * @param model ONNX file for the streams of the simulated world
 * @param hours of event time
 * @param places at which sessions come and go; a quarter of them is busy on average
 * @param seed decides what is sent
 * @param out folder of the report and the job's log
 * @param job further settings of the job
 */
public record SoakPlan(
    Path model, double hours, int places, long seed, Path out, Map<String, String> job) {
  /** Shorter, and no session would come to its end within it. */
  private static final double LEAST_HOURS = 0.05;

  private static final double MOST_HOURS = 1000;
  private static final int MOST_PLACES = 64;

  public SoakPlan {
    if (!(hours >= LEAST_HOURS && hours <= MOST_HOURS)) {
      throw new IllegalArgumentException(
          hours + " hours, want " + LEAST_HOURS + " to " + (int) MOST_HOURS);
    }
    if (places < 1 || places > MOST_PLACES) {
      throw new IllegalArgumentException(places + " sessions, want 1 to " + MOST_PLACES);
    }
    job = Map.copyOf(job);
  }

  /** Event time from the first block to the last. */
  long lengthMillis() {
    return Math.round(hours * 3_600_000);
  }
}
