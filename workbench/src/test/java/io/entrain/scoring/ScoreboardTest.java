package io.entrain.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.entrain.wire.Timing;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Lag;
import io.entrain.wire.v1.Presence;
import io.entrain.wire.v1.Truth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreboardTest {
  private static final long MILLI = 1_000_000L;
  private static final int HOP = 20;
  private static final int WARM_UP = 50;

  private final Scoreboard board = new Scoreboard(Map.of("a", Duration.ofMillis(HOP)));

  private static Truth truth(long millis, double x, double y, double lag) {
    return Truth.newBuilder()
        .setSession("s")
        .setTimeNanos(millis * MILLI)
        .setLagMillis((float) lag)
        .addComponent(component("x", x))
        .addComponent(component("y", y))
        .build();
  }

  private static Component component(String name, double mean) {
    return Component.newBuilder().setName(name).setMean((float) mean).build();
  }

  private static Decoded decoded(long endMillis, double x, double y, double lag) {
    return Decoded.newBuilder()
        .setSession("s")
        .setModel("a")
        .setWindowEndNanos(endMillis * MILLI)
        .setWarmingUp(endMillis <= WARM_UP * HOP)
        .addComponent(component("x", x))
        .addComponent(component("y", y))
        .setLag(Lag.newBuilder().setOf("m").setMillis((float) lag))
        .addPresence(Presence.newBuilder().setModality("m").setShare(.5f))
        .addPresence(Presence.newBuilder().setModality("n").setShare(1))
        .build();
  }

  /** Truth each 10 ms, windows each 20 ms whose label is the second row of their pane. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void scoresAreThoseOfTheFormulaWhateverArrivesFirst(long seed) {
    Random random = new Random(seed);
    List<Truth> rows = new ArrayList<>();
    List<Decoded> windows = new ArrayList<>();
    List<double[]> pairs = new ArrayList<>();
    double squares = 0;
    for (int end = HOP; end <= 6000; end += HOP) {
      double[] y = {random.nextGaussian() + 3, 2 * random.nextGaussian()};
      rows.add(truth(end - 15, 99, 99, 99));
      rows.add(truth(end - 5, y[0], y[1], 10));
      double[] d = {y[0] + .3 * random.nextGaussian(), y[1] + random.nextGaussian()};
      double error = 30 * random.nextGaussian();
      windows.add(decoded(end, d[0], d[1], 10 + error));
      if (end > WARM_UP * HOP) {
        pairs.add(new double[] {y[0], d[0], y[1], d[1]});
        squares += error * error;
      }
    }
    interleave(rows, windows, random);
    board.finish();
    Score score = board.score("a");
    assertThat(score.windows()).isEqualTo(300);
    assertThat(score.scored()).isEqualTo(250);
    assertThat(score.r2()).isCloseTo((r2(pairs, 0) + r2(pairs, 2)) / 2, within(1e-5));
    assertThat(score.lagRmseMillis()).isCloseTo(Math.sqrt(squares / 250), within(1e-3));
    assertThat(score.lagWithin50()).isBetween(.8, 1.0);
    assertThat(score.missingShare()).isCloseTo(.25, within(1e-9));
  }

  private void interleave(List<Truth> rows, List<Decoded> windows, Random random) {
    int row = 0;
    int window = 0;
    while (row < rows.size() || window < windows.size()) {
      if (row < rows.size() && (window == windows.size() || random.nextInt(3) < 2)) {
        board.add(rows.get(row++));
      } else {
        board.add(windows.get(window++));
      }
    }
  }

  private static double r2(List<double[]> pairs, int at) {
    double mean = pairs.stream().mapToDouble(p -> p[at]).average().orElseThrow();
    double error = pairs.stream().mapToDouble(p -> (p[at] - p[at + 1]) * (p[at] - p[at + 1])).sum();
    double deviation = pairs.stream().mapToDouble(p -> (p[at] - mean) * (p[at] - mean)).sum();
    return 1 - error / deviation;
  }

  @Test
  void aWindowWaitsUntilItsLabelIsCertain() {
    board.add(decoded(2000, 1, 1, 0));
    board.add(truth(1985, 1, 1, 0));
    assertThat(board.score("a").scored()).isZero();
    board.add(truth(1995, 2, 2, 0));
    assertThat(board.score("a").scored()).isZero();
    board.add(truth(2005, 3, 3, 0));
    assertThat(board.score("a").scored()).isEqualTo(1);
  }

  @Test
  void theLabelOfAWindowIsTheLastRowFromItsNewestPaneOn() {
    board.add(truth(1980, 1, 2, 0));
    board.add(truth(2000, 5, 9, 0));
    board.add(decoded(2000, 1, 2, 0));
    board.add(decoded(2020, 5, 9, 0));
    board.add(decoded(2040, 7, 7, 0));
    board.finish();
    assertThat(board.score("a").scored()).isEqualTo(2);
    assertThat(board.score("a").r2()).isEqualTo(1);
  }

  @Test
  void repeatsAfterARestartCountOnceAndALeadInIsNotScored() {
    board.scoreFrom("s", 1500 * MILLI);
    List<Decoded> windows = new ArrayList<>();
    for (int end = HOP; end <= 2000; end += HOP) {
      windows.add(decoded(end, 1, 1, 0));
      board.add(truth(end - 5, 1, 1, 0));
    }
    windows.forEach(board::add);
    windows.subList(50, 100).forEach(board::add);
    board.finish();
    assertThat(board.score("a").windows()).isEqualTo(100);
    assertThat(board.score("a").scored()).isEqualTo(25);
  }

  @Test
  void windowsWithoutTruthOrLagAreCountedAndNotScored() {
    board.add(decoded(2000, 1, 1, 0));
    board.finish();
    Score score = board.score("a");
    assertThat(score.windows()).isEqualTo(1);
    assertThat(score.scored()).isZero();
    assertThat(score.r2()).isNaN();
    assertThat(score.lagRmseMillis()).isNaN();
    assertThat(board.score("b").windows()).isZero();
  }

  @Test
  void aModelOrComponentThatNobodyNamedIsRefused() {
    assertThatThrownBy(() -> board.add(decoded(2000, 1, 1, 0).toBuilder().setModel("b").build()))
        .hasMessage("decoded by model 'b', which is none of [a]");
    board.add(
        truth(1995, 1, 1, 0).toBuilder().clearComponent().addComponent(component("z", 1)).build());
    board.add(decoded(2000, 1, 1, 0));
    assertThatThrownBy(board::finish).hasMessage("model a decodes x, the truth has only [z]");
  }

  @Test
  void onlyTheNewestStepIsScoredWhateverStandsBesideIt() {
    for (int end = 2000; end < 4000; end += HOP) {
      Component.Builder settled = component("x", 99).toBuilder().setDelayMillis(400);
      Decoded window = decoded(end, end, -end, 0);
      board.add(truth(end - 5, end, -end, 0));
      board.add(
          window.toBuilder()
              .clearComponent()
              .addComponent(settled)
              .addAllComponent(window.getComponentList())
              .build());
    }
    board.finish();
    assertThat(board.score("a").scored()).isEqualTo(100);
    assertThat(board.score("a").r2()).isEqualTo(1);
  }

  @Test
  void latencyIsFromArrivalToPublishing() {
    Latency latency = new Latency();
    assertThat(latency.millisAt(50)).isNaN();
    List<Integer> millis = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      millis.add(i);
    }
    Collections.shuffle(millis, new Random(1));
    millis.forEach(ms -> latency.add(new Timing(1000, 1000 + ms, 1, 1)));
    latency.add(null);
    latency.add(new Timing(1000, 999, 1, 1));
    assertThat(latency.millisAt(50)).isCloseTo(50, within(1.0));
    assertThat(latency.millisAt(99)).isCloseTo(99, within(1.0));
  }
}
