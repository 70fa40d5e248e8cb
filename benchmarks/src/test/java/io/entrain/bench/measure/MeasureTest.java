package io.entrain.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class MeasureTest {
  @Test
  void contestantsRunInTurnAndTheWarmUpIsLeftOut() throws Exception {
    StringBuilder order = new StringBuilder();
    List<Contestant<Integer>> contestants = new ArrayList<>();
    for (String name : List.of("A", "B", "C")) {
      contestants.add(new Contestant<>(name, () -> order.append(name).length()));
    }
    Map<String, List<Integer>> results = Race.run(Scale.QUICK, contestants);
    assertThat(order).hasToString("ABCABCABCABC");
    assertThat(results).containsEntry("A", List.of(4, 7, 10)).containsEntry("C", List.of(6, 9, 12));
  }

  @Test
  void twoContestantsOfOneNameAreRefused() {
    List<Contestant<Integer>> twins =
        List.of(new Contestant<>("A", () -> 1), new Contestant<>("A", () -> 2));
    assertThatThrownBy(() -> Race.run(Scale.TINY, twins)).hasMessageContaining("one name");
  }

  @Test
  void aSpreadIsMedianLeastAndMost() {
    assertThat(Spread.of(9, 1, 4)).isEqualTo(new Spread(4, 1, 9));
    assertThat(Spread.of(4, 1, 9, 2)).isEqualTo(new Spread(3, 1, 9));
    assertThatThrownBy(Spread::of).hasMessageContaining("at least one");
  }

  @Test
  void ratiosAreTakenRoundByRoundSoThatASlowRoundCancels() {
    double[] ours = {10, 1, 10};
    double[] against = {5, .5, 5};
    assertThat(Spread.ratio(ours, against)).isEqualTo(new Spread(2, 2, 2));
  }

  @Test
  void differentOutputIsNotComparedAndFloorsHaveNone() {
    Sample a = new Sample(1, 1, 1, 7);
    Sample floor = new Sample(1, 1, 1, 0);
    Sample.requireSameOutput(Map.of("ours", List.of(a, a), "floor", List.of(floor)));
    Sample other = new Sample(1, 1, 1, 8);
    assertThatThrownBy(
            () -> Sample.requireSameOutput(Map.of("ours", List.of(a), "rival", List.of(other))))
        .hasMessageContaining("do not do the same work");
  }

  @Test
  void aLimitIsHeldAgainstTheMedianAndFailsNothing() {
    Row row =
        Row.figures("x/y", "ms", "ours", new double[] {4, 5, 6}, "floor", new double[] {1, 1, 1});
    assertThat(row.reached()).isNull();
    assertThat(row.within(Limit.oursAtMost(5)).reached()).isTrue();
    assertThat(row.within(Limit.oursAtLeast(5.1)).reached()).isFalse();
    assertThat(row.within(Limit.ratioAtLeast(5)).reached()).isTrue();
  }

  @Test
  void theMeterTakesTheFirstStartAndGivesRates() {
    Meter meter = new Meter();
    assertThatThrownBy(meter::stop).hasMessageContaining("before it was started");
    meter.start();
    meter.start();
    meter.stop();
    assertThat(meter.sample(5, 3).checksum()).isEqualTo(3);
    assertThat(new Sample(100, 50_000_000, 10_000_000, 0).rate()).isEqualTo(2000);
    assertThat(new Sample(100, 50_000_000, 10_000_000, 0).cpuMicros()).isEqualTo(100);
  }

  @Test
  void aPowerLawIsFoundAndItsIntervalShrinksToNothingWhereItIsExact() {
    double[] size = {1, 10, 100, 1000};
    double[] cost = DoubleStream.of(size).map(x -> 3 * Math.pow(x, 1.5)).toArray();
    Fit fit = Fit.of(size, cost);
    assertThat(fit.exponent()).isCloseTo(1.5, within(1e-9));
    assertThat(fit.factor()).isCloseTo(3, within(1e-9));
    assertThat(fit.halfWidth()).isLessThan(1e-6);
    cost[3] *= 2;
    assertThat(Fit.of(size, cost).halfWidth()).isGreaterThan(0.1);
  }
}
