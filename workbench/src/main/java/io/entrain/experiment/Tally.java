package io.entrain.experiment;

import io.entrain.wire.Timing;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Scores what one model decodes of one session, record by record. Windows of the warm-up count but
 * are not scored; a repeat counts once.
 */
final class Tally {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Resolution of the times: a tenth of a microsecond, three digits, up to a minute. */
  private static final double PARTS = 10;

  private final Histogram micros = new Histogram(600_000_000L, 3);
  private final KnownTruth truth;
  private final long startNanos;
  private final long scoredFromNanos;
  private final List<Integer> delays = new ArrayList<>();
  private final List<Sums.Collected> outputs = new ArrayList<>();
  private final Sums.Collected lag = new Sums.Collected();
  private final List<int[]> places = new ArrayList<>();
  private boolean aligns;
  private long windows;
  private long endNanos = Long.MIN_VALUE;

  /**
   * Begins with nothing.
   *
   * @param startNanos from which blocks of time are counted
   * @param scoredFromNanos windows that end at or before it are a lead-in
   */
  Tally(KnownTruth truth, long startNanos, long scoredFromNanos) {
    this.truth = truth;
    this.startNanos = startNanos;
    this.scoredFromNanos = scoredFromNanos;
  }

  long windows() {
    return windows;
  }

  /** {@code timing} may be null. */
  void add(Decoded decoded, Timing timing) {
    if (decoded.getWindowEndNanos() <= endNanos) {
      return;
    }
    endNanos = decoded.getWindowEndNanos();
    windows++;
    if (timing != null && timing.batchSize() > 0) {
      micros.recordValue((long) (PARTS * timing.inferenceMicros() / timing.batchSize()));
    }
    if (outputs.isEmpty()) {
      learn(decoded);
    }
    if (!decoded.getWarmingUp() && endNanos > scoredFromNanos) {
      score(decoded);
    }
  }

  private void learn(Decoded decoded) {
    for (Component component : decoded.getComponentList()) {
      if (!delays.contains(component.getDelayMillis())) {
        delays.add(component.getDelayMillis());
        outputs.add(new Sums.Collected());
      }
    }
    aligns = decoded.hasLag();
    for (int delay : delays) {
      List<String> names = at(decoded, delay).stream().map(Component::getName).toList();
      places.add(truth.places(decoded.getModel(), names));
    }
  }

  private static List<Component> at(Decoded decoded, int delayMillis) {
    return decoded.getComponentList().stream()
        .filter(component -> component.getDelayMillis() == delayMillis)
        .toList();
  }

  private void score(Decoded decoded) {
    long block = Math.floorDiv(endNanos - 1 - startNanos, Sums.BLOCK_NANOS);
    for (int i = 0; i < outputs.size(); i++) {
      int row = truth.rowBefore(endNanos - delays.get(i) * NANOS_PER_MILLI);
      if (row >= 0) {
        score(
            at(decoded, delays.get(i)),
            row,
            places.get(i),
            outputs.get(i).row(block, OutputSums.columns(places.get(i).length)));
      }
    }
    int row = truth.rowBefore(endNanos);
    double trueLag = row < 0 ? Double.NaN : truth.lagMillis(row);
    if (decoded.hasLag() && !Double.isNaN(trueLag)) {
      double[] sums = lag.row(block, LagSums.COLUMNS);
      LagSums.add(sums, decoded.getLag().getMillis() - trueLag, decoded.getLag().getSdMillis());
      if (decoded.getLag().hasHeadroom()) {
        LagSums.addHeadroom(sums, decoded.getLag().getHeadroom());
      }
    }
  }

  private void score(List<Component> components, int row, int[] place, double[] sums) {
    double[] right = new double[components.size()];
    double[] mean = new double[right.length];
    double[] sd = new double[right.length];
    for (int i = 0; i < right.length; i++) {
      right[i] = truth.value(row, place[i]);
      mean[i] = components.get(i).getMean();
      sd[i] = components.get(i).getStandardDeviation();
    }
    OutputSums.add(sums, right, mean, sd);
  }

  ModelScore score(String cell, String model, String sha256, long expected) {
    return new ModelScore(
        cell,
        model,
        sha256,
        windows,
        Math.max(0, expected - windows),
        places.isEmpty() ? 0 : places.get(0).length,
        delays,
        outputs.stream().map(Sums.Collected::sums).toList(),
        aligns ? lag.sums() : null,
        micros.getTotalCount() == 0
            ? List.of()
            : List.of(microsAt(10), microsAt(50), microsAt(90)));
  }

  private double microsAt(double percentile) {
    return micros.getValueAtPercentile(percentile) / PARTS;
  }
}
