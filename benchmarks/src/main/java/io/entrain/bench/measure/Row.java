package io.entrain.bench.measure;

import java.util.List;

/**
 * One comparison.
 *
 * @param name benchmark, then what was varied: {@code windowing/overlap-50/flink-events}
 * @param unit of both sides
 * @param ours what this project does
 * @param against rival or floor; null where the figure stands alone
 * @param ratio ours over against, round by round; null where there is no other
 * @param limit what it is held against; null where nothing is asked
 * @param note what a reader must know; may be empty
 */
public record Row(
    String name, String unit, Side ours, Side against, Spread ratio, Limit limit, String note) {

  /**
   * One of the two.
   *
   * @param name contestant
   * @param value in the row's unit
   * @param cpuMicros CPU time of a piece of work; null where none was measured
   */
  public record Side(String name, Spread value, Spread cpuMicros) {
    static Side ofRates(String name, List<Sample> samples) {
      return new Side(
          name, Spread.of(samples, Sample::rate), Spread.of(samples, Sample::cpuMicros));
    }
  }

  /** Two rates, of as many rounds. */
  public static Row rates(
      String name,
      String unit,
      String ours,
      List<Sample> ourSamples,
      String against,
      List<Sample> otherSamples) {
    return new Row(
        name,
        unit,
        Side.ofRates(ours, ourSamples),
        Side.ofRates(against, otherSamples),
        Spread.ratio(rates(ourSamples), rates(otherSamples)),
        null,
        "");
  }

  private static double[] rates(List<Sample> samples) {
    return samples.stream().mapToDouble(Sample::rate).toArray();
  }

  /** Two figures, of as many rounds. */
  public static Row figures(
      String name, String unit, String ours, double[] our, String against, double[] others) {
    return new Row(
        name,
        unit,
        new Side(ours, Spread.of(our), null),
        new Side(against, Spread.of(others), null),
        Spread.ratio(our, others),
        null,
        "");
  }

  /** A figure that stands alone. */
  public static Row figure(String name, String unit, String ours, double... our) {
    return new Row(name, unit, new Side(ours, Spread.of(our), null), null, null, null, "");
  }

  /** The same, held against a limit. */
  public Row within(Limit bound) {
    return new Row(name, unit, ours, against, ratio, bound, note);
  }

  /** The same with something a reader must know. */
  public Row noting(String words) {
    return new Row(name, unit, ours, against, ratio, limit, words);
  }

  /** Whether the limit is reached; null where there is none. */
  public Boolean reached() {
    return limit == null ? null : limit.isReached(this);
  }

  /** The benchmark it belongs to: what stands before the first slash. */
  public String benchmark() {
    return name.substring(0, Math.max(0, name.indexOf('/')));
  }
}
