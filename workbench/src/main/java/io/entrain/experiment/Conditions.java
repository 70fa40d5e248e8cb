package io.entrain.experiment;

import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import io.entrain.world.WorldOptions.Faults;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What goes wrong in one session: a value for each knob that is turned, in the knobs' order. Of a
 * number a {@link Double}, of a category its name.
 */
record Conditions(Map<Knob, Object> values) {
  /** The value of a missing stream where none is. */
  static final String NONE = "none";

  /** Nothing goes wrong. */
  static final Conditions CLEAN = new Conditions(Map.of());

  Conditions {
    EnumMap<Knob, Object> ordered = new EnumMap<>(Knob.class);
    ordered.putAll(values);
    values = Collections.unmodifiableMap(ordered);
  }

  Conditions with(Knob knob, Object value) {
    Map<Knob, Object> more = new EnumMap<>(Knob.class);
    more.putAll(values);
    more.put(knob, value);
    return new Conditions(more);
  }

  /** The same with the clocks agreeing throughout. */
  Conditions aligned() {
    Map<Knob, Object> less = new EnumMap<>(Knob.class);
    less.putAll(values);
    less.keySet().removeAll(Knob.OF_THE_LAG);
    return new Conditions(less);
  }

  private double number(Knob knob, double otherwise) {
    return values.get(knob) instanceof Double value ? value : otherwise;
  }

  /**
   * How the lag moves; {@code defaults} for what is not said.
   *
   * @throws IllegalArgumentException where no lag can move so
   */
  LagPlan lag(LagPlan defaults) {
    double millis = number(Knob.LAG_MILLIS, defaults.startMillis());
    return new LagPlan(
        millis,
        number(Knob.DRIFT_PPM, defaults.driftPpm()),
        number(Knob.LAG_SD_MILLIS, defaults.wanderSdMillis()),
        number(Knob.LAG_TAU_SECONDS, defaults.wanderSeconds()),
        number(Knob.LAG_JUMP_SECONDS, defaults.jumpSeconds()),
        number(Knob.LAG_RANGE_MILLIS, Math.max(defaults.rangeMillis(), Math.abs(millis))));
  }

  /** The stream that never comes; empty where all come. */
  String missing() {
    String missing = (String) values.getOrDefault(Knob.MISSING, NONE);
    return missing.equals(NONE) ? "" : missing;
  }

  double jitterMillis() {
    return number(Knob.JITTER_MILLIS, 0);
  }

  /** A simulated session under these conditions. */
  WorldOptions world(long subject, long session, int seconds) {
    return new WorldOptions(
        subject,
        session,
        seconds,
        lag(LagPlan.NONE),
        new Faults(
            jitterMillis(), number(Knob.NOISE, 0), number(Knob.GAPS_PER_MINUTE, 0), missing()));
  }

  /** The names that a knob of categories can have. */
  static List<String> categories(Knob knob) {
    return knob == Knob.MISSING ? List.of(NONE, World.SPIKES, World.LFP) : List.of();
  }

  /** For example {@code jitter_millis=8 noise=2}; the same conditions, the same text. */
  @Override
  public String toString() {
    return values.isEmpty()
        ? "clean"
        : values.entrySet().stream()
            .map(entry -> entry.getKey().key() + "=" + text(entry.getValue()))
            .collect(Collectors.joining(" "));
  }

  private static String text(Object value) {
    if (value instanceof Double number && number == Math.rint(number)) {
      return String.format(Locale.ROOT, "%.0f", number);
    }
    return value.toString();
  }
}
