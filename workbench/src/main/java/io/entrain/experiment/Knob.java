package io.entrain.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What can be turned between the sensors and the job: its key in a plan, its words and its unit.
 */
enum Knob {
  LAG_MILLIS("lag_millis", "lag", "ms"),
  LAG_SD_MILLIS("lag_sd_millis", "sd of the wandering lag", "ms"),
  LAG_TAU_SECONDS("lag_tau_seconds", "time constant of the wandering", "s"),
  LAG_JUMP_SECONDS("lag_jump_seconds", "mean time between jumps of the lag", "s"),
  LAG_RANGE_MILLIS("lag_range_millis", "bound on the lag", "ms"),
  DRIFT_PPM("drift_ppm", "drift of the clock", "ppm"),
  JITTER_MILLIS("jitter_millis", "sd of each packet's jitter", "ms"),
  NOISE("noise", "noise", "of each channel's own"),
  GAPS_PER_MINUTE("gaps_per_minute", "gaps", "a minute"),
  MISSING("missing", "missing stream", "");

  /** What an aligned session has not. */
  static final List<Knob> OF_THE_LAG =
      List.of(
          LAG_MILLIS,
          LAG_SD_MILLIS,
          LAG_TAU_SECONDS,
          LAG_JUMP_SECONDS,
          LAG_RANGE_MILLIS,
          DRIFT_PPM);

  /** What can be done to a recording as to a simulated session. */
  static final List<Knob> OF_A_RECORDING =
      List.of(
          LAG_MILLIS,
          LAG_SD_MILLIS,
          LAG_TAU_SECONDS,
          LAG_JUMP_SECONDS,
          LAG_RANGE_MILLIS,
          DRIFT_PPM,
          JITTER_MILLIS,
          MISSING);

  private final String key;
  private final String label;
  private final String unit;

  Knob(String key, String label, String unit) {
    this.key = key;
    this.label = label;
    this.unit = unit;
  }

  String key() {
    return key;
  }

  String label() {
    return label;
  }

  /** Empty where the values are names. */
  String unit() {
    return unit;
  }

  /** Whether its values are names rather than numbers. */
  boolean isCategory() {
    return this == MISSING;
  }

  static Optional<Knob> of(String key) {
    return Arrays.stream(values()).filter(knob -> knob.key.equals(key)).findFirst();
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Knob::key).toList();
  }
}
