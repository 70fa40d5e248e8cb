package io.entrain.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EstimateTest {
  private static final int BLOCKS = 12;
  private static final int WINDOWS = 250;

  /** A session of one component whose truth has variance 1 and whose error has {@code error}². */
  private static Sums session(Random random, double error) {
    Sums.Collected collected = new Sums.Collected();
    for (int block = 0; block < BLOCKS; block++) {
      double[] row = collected.row(block, OutputSums.columns(1));
      for (int i = 0; i < WINDOWS; i++) {
        double truth = random.nextGaussian();
        double decoded = truth + error * random.nextGaussian();
        OutputSums.add(row, new double[] {truth}, new double[] {decoded}, new double[] {error});
      }
    }
    return collected.sums();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void r2OfSumsIsR2OfTheWindows(long seed) {
    Random random = new Random(seed);
    double[] truth = random.doubles(500).toArray();
    double[] decoded = random.doubles(500).toArray();
    double[] row = new double[OutputSums.columns(1)];
    double mean = 0;
    for (int i = 0; i < truth.length; i++) {
      OutputSums.add(row, new double[] {truth[i]}, new double[] {decoded[i]}, new double[] {1});
      mean += truth[i] / truth.length;
    }
    double error = 0;
    double deviation = 0;
    for (int i = 0; i < truth.length; i++) {
      error += (decoded[i] - truth[i]) * (decoded[i] - truth[i]);
      deviation += (truth[i] - mean) * (truth[i] - mean);
    }
    assertThat(OutputSums.r2(1).applyAsDouble(row)).isCloseTo(1 - error / deviation, within(1e-9));
  }

  @Test
  void ninetyFiveOfAHundredIntervalsHoldTheRightFigure() {
    double error = .5;
    long held =
        LongStream.range(0, 100)
            .filter(
                seed -> {
                  Random random = new Random(seed);
                  List<Sums> sessions = new ArrayList<>();
                  for (int i = 0; i < 12; i++) {
                    sessions.add(session(random, error));
                  }
                  Estimate r2 = Estimate.of(sessions, OutputSums.r2(1));
                  return r2.low() <= 1 - error * error && 1 - error * error <= r2.high();
                })
            .count();
    assertThat(held).isBetween(86L, 100L);
  }

  @Test
  void aDifferenceIsPairedSoWhatBothShareDropsOut() {
    Random random = new Random(5);
    List<Sums> hard = new ArrayList<>();
    List<Sums> same = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Sums sums = session(random, .2 + .3 * i);
      hard.add(sums);
      same.add(sums);
    }
    Estimate one = Estimate.of(hard, OutputSums.r2(1));
    assertThat(one.high() - one.low()).isGreaterThan(.2);
    assertThat(one.minus(Estimate.of(same, OutputSums.r2(1))).triple())
        .containsExactly(0.0, 0.0, 0.0);
  }

  @Test
  void nominalCoverageIsMetWhereTheSpreadIsRight() {
    Sums sums = session(new Random(3), .7);
    for (int level = 0; level < Coverage.COLUMNS; level++) {
      assertThat(Estimate.of(List.of(sums), OutputSums.covers(1, level)).value())
          .isCloseTo(Coverage.LEVELS.get(level), within(.03));
    }
  }

  @Test
  void blocksOfOneStretchOfTimeAreAddedUpAndOthersStayApart() {
    Sums.Collected early = new Sums.Collected();
    early.row(0, 2)[0] = 1;
    early.row(1, 2)[1] = 2;
    Sums.Collected late = new Sums.Collected();
    late.row(1, 2)[1] = 3;
    late.row(4, 2)[0] = 5;
    assertThat(Sums.together(List.of(early.sums(), late.sums())).rows())
        .containsExactly(List.of(0.0, 1.0, 0.0), List.of(1.0, 0.0, 5.0), List.of(4.0, 5.0, 0.0));
  }
}
