package io.entrain.recording;

import java.util.Arrays;
import java.util.Objects;

/**
 * The true lag of one modality, where it is known: an event at true time s is stamped s + lag(s).
 *
 * @param of the modality that is shifted
 * @param marginMillis how far the jitter of a packet can move it beside the lag; its blocks leave
 *     this much later
 * @param nanos {@code [N]} true times, ascending
 * @param millis {@code [N]} the lag from each time to the next
 */
public record KnownLag(String of, double marginMillis, long[] nanos, double[] millis) {
  @Override
  public boolean equals(Object other) {
    return other instanceof KnownLag that
        && of.equals(that.of)
        && marginMillis == that.marginMillis
        && Arrays.equals(nanos, that.nanos)
        && Arrays.equals(millis, that.millis);
  }

  @Override
  public int hashCode() {
    return Objects.hash(of, marginMillis, Arrays.hashCode(nanos), Arrays.hashCode(millis));
  }

  @Override
  public String toString() {
    return "lag of " + of + ", " + nanos.length + " points";
  }
}
