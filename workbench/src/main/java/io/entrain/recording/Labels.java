package io.entrain.recording;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What is to be decoded, where it is known.
 *
 * @param nanos {@code [N]} times on the reference clock, ascending
 * @param names one for each component, such as {@code velocity_x}
 * @param unit of every component
 * @param values {@code [N][components]}
 */
public record Labels(long[] nanos, List<String> names, String unit, double[][] values) {
  public Labels {
    names = List.copyOf(names);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels that
        && Arrays.equals(nanos, that.nanos)
        && names.equals(that.names)
        && unit.equals(that.unit)
        && Arrays.deepEquals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(nanos), names, unit, Arrays.deepHashCode(values));
  }

  @Override
  public String toString() {
    return nanos.length + " labels " + names + " (" + unit + ")";
  }
}
