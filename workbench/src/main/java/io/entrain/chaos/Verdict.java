package io.entrain.chaos;

import io.entrain.chaos.Anomaly.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a checker found.
 *
 * @param compared records of the undisturbed run
 * @param repeats records that came again, to the bit; an anomaly each unless the job delivers at
 *     least once
 * @param anomalies all that differs
 */
public record Verdict(int compared, int repeats, List<Anomaly> anomalies) {
  public Verdict {
    anomalies = List.copyOf(anomalies);
  }

  /** Whether nothing differs, of something. */
  public boolean clean() {
    return compared > 0 && anomalies.isEmpty();
  }

  /** How many of each kind, also of those that were not found. */
  public Map<Kind, Integer> counts() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      counts.put(kind, 0);
    }
    anomalies.forEach(anomaly -> counts.merge(anomaly.kind(), 1, Integer::sum));
    return counts;
  }

  /** In one line. */
  public String line() {
    String counts =
        counts().entrySet().stream()
            .map(count -> count.getValue() + " " + count.getKey().word())
            .collect(Collectors.joining(", "));
    return "%d records compared: %s; %d repeats".formatted(compared, counts, repeats);
  }
}
