package io.entrain.experiment;

import java.util.LinkedHashMap;
import java.util.List;

/** A plan file as it stands, key by key; null is a key that is not there. */
record PlanYaml(
    String title,
    String question,
    SourceEntry source,
    List<String> models,
    List<Long> seeds,
    LinkedHashMap<String, SweepEntry> sweeps,
    ClaimEntry answer,
    Boolean oracle,
    List<MapEntry> maps,
    ForecastEntry forecast,
    List<PublishedEntry> published,
    List<String> limits) {

  /** Exactly one of {@code simulated} and {@code recordings}. */
  record SourceEntry(SimulatedEntry simulated, RecordingsEntry recordings) {}

  record SimulatedEntry(Long subject, Integer seconds) {}

  /** {@code from}: the share of the time before it is left out but for the models' warm-up. */
  record RecordingsEntry(List<String> files, Double from, String delay, String obtain) {}

  record SweepEntry(
      String title,
      String over,
      List<Object> values,
      LinkedHashMap<String, List<Object>> by,
      LinkedHashMap<String, Object> with,
      String only) {}

  record ClaimEntry(String model, String against, String sweep) {}

  record MapEntry(String title, String model, LinkedHashMap<String, Object> conditions) {}

  record ForecastEntry(String file, String run, String model, String sweep) {}

  record PublishedEntry(String what, String value, String source, Boolean comparable, String why) {}
}
