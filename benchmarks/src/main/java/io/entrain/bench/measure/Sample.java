package io.entrain.bench.measure;

import java.util.List;
import java.util.Map;

/**
 * What one run took.
 *
 * @param units pieces of work done
 * @param wallNanos how long it took
 * @param cpuNanos CPU time of the process meanwhile
 * @param checksum of the output; 0 where a floor has none to compare
 */
public record Sample(long units, long wallNanos, long cpuNanos, long checksum) {
  public Sample {
    if (units <= 0 || wallNanos <= 0) {
      throw new IllegalArgumentException(
          "%d units in %d ns; both must be above 0".formatted(units, wallNanos));
    }
  }

  /** Pieces of work in a second. */
  public double rate() {
    return units * 1e9 / wallNanos;
  }

  /** CPU time of a piece of work. */
  public double cpuMicros() {
    return cpuNanos * 1e-3 / units;
  }

  /**
   * Holds contestants to having done the same work.
   *
   * @throws IllegalStateException where two checksums differ, except those of floors, which are 0
   */
  public static void requireSameOutput(Map<String, List<Sample>> results) {
    long expected = 0;
    for (Map.Entry<String, List<Sample>> entry : results.entrySet()) {
      for (Sample sample : entry.getValue()) {
        if (sample.checksum == 0) {
          continue;
        }
        expected = expected == 0 ? sample.checksum : expected;
        if (sample.checksum != expected) {
          throw new IllegalStateException(
              "%s gave output with checksum %016x, another run %016x: they do not do the same work"
                  .formatted(entry.getKey(), sample.checksum, expected));
        }
      }
    }
  }
}
