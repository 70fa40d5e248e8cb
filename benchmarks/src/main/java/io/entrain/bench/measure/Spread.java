package io.entrain.bench.measure;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The median of repeated measurements, and how far they reach. */
public record Spread(double median, double min, double max) {
  /** Of at least one value; of an even number the mean of the middle two. */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values, there must be at least one");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** Of one property of each. */
  public static <T> Spread of(List<T> items, ToDoubleFunction<T> property) {
    return of(items.stream().mapToDouble(property).toArray());
  }

  /**
   * Of the quotients round by round: what the machine did in a round falls on both and cancels.
   *
   * @throws IllegalArgumentException where the two do not have the same number of rounds
   */
  public static Spread ratio(double[] over, double[] under) {
    if (over.length != under.length) {
      throw new IllegalArgumentException(
          over.length + " rounds against " + under.length + ", must be as many");
    }
    double[] quotients = new double[over.length];
    for (int i = 0; i < over.length; i++) {
      quotients[i] = over[i] / under[i];
    }
    return of(quotients);
  }
}
