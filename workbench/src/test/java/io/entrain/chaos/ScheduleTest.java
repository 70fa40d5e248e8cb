package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
  private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, -9, Long.MAX_VALUE})
  void isAFunctionOfItsSeedAndOfNothingElse(long seed) {
    Schedule schedule = Schedule.draw(seed, 90, ALL);
    List<FaultKind> otherOrder = new ArrayList<>(ALL);
    Collections.shuffle(otherOrder, new Random(seed));
    assertThat(Schedule.draw(seed, 90, otherOrder)).isEqualTo(schedule);
    assertThat(Schedule.draw(seed, 90, ALL).describe()).isEqualTo(schedule.describe());
  }

  @Test
  void isAnotherOneForAnotherSeed() {
    Set<List<Fault>> drawn = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      drawn.add(Schedule.draw(seed, 90, ALL).faults());
    }
    assertThat(drawn).hasSize(50);
  }

  @Test
  void holdsEveryKindSoonerOrLaterAndSeveralAtOnce() {
    Set<FaultKind> seen = EnumSet.noneOf(FaultKind.class);
    int together = 0;
    for (long seed = 0; seed < 50; seed++) {
      List<Fault> faults = Schedule.draw(seed, 90, ALL).faults();
      faults.forEach(fault -> seen.add(fault.kind()));
      for (int i = 1; i < faults.size(); i++) {
        together += faults.get(i).atMillis() - faults.get(i - 1).atMillis() < 2000 ? 1 : 0;
      }
    }
    assertThat(seen).isEqualTo(ALL);
    assertThat(together).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 60, 600})
  void keepsFaultsWithinTheInputAndLengthsWithinTheirBounds(int seconds) {
    for (long seed = 0; seed < 20; seed++) {
      List<Fault> faults = Schedule.draw(seed, seconds, ALL).faults();
      assertThat(faults)
          .allSatisfy(
              fault -> {
                assertThat(fault.atMillis()).isBetween(Schedule.CALM_MILLIS, seconds * 1000L);
                assertThat(fault.lengthMillis())
                    .isBetween((long) fault.kind().leastMillis(), (long) fault.kind().mostMillis());
              });
      assertThat(faults).isSortedAccordingTo((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
    }
  }

  @Test
  void refusesToDrawFromNoKinds() {
    assertThatThrownBy(() -> Schedule.draw(1, 60, Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("want at least 1");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void theInputIsAFunctionOfItsSeed(long seed) {
    Input input = Input.draw(seed, 2, 3, 1);
    assertThat(Input.draw(seed, 2, 3, 1)).isEqualTo(input);
    assertThat(Input.draw(seed + 1, 2, 3, 1)).isNotEqualTo(input);
  }
}
