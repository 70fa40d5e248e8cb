package io.entrain.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.world.World;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions come and go; what is sent is a function of the seed. */
class TimetableTest {
  private static SoakPlan plan(long seed, double hours, int places) {
    return new SoakPlan(Path.of("model.onnx"), hours, places, seed, Path.of("out"), Map.of());
  }

  @ParameterizedTest
  @CsvSource({"1,24,2", "2,24,8", "3,0.05,2", "4,1,3", "5,100,1"})
  void noPlaceHasTwoSessionsAtOnceAndNoneOutlastsTheRun(long seed, double hours, int places) {
    SoakPlan plan = plan(seed, hours, places);
    List<Visit> visits = Timetable.draw(plan);
    Map<String, Long> free = new HashMap<>();
    long startMillis = 0;
    for (Visit visit : visits) {
      assertThat(visit.startMillis()).isGreaterThanOrEqualTo(startMillis);
      startMillis = visit.startMillis();
      String place = visit.session().split("-")[1];
      assertThat(visit.startMillis()).isGreaterThanOrEqualTo(free.getOrDefault(place, 0L));
      free.put(place, visit.endMillis() + 1);
      assertThat(visit.endMillis()).isLessThanOrEqualTo(plan.lengthMillis());
      assertThat(visit.seconds())
          .isLessThanOrEqualTo(Timetable.longestSeconds(plan.lengthMillis()));
      assertThat(visit.gone().modality()).isIn(World.SPIKES, World.LFP);
      assertThat(visit.gone().fromMillis()).isNotNegative();
      assertThat(visit.gone().untilMillis()).isLessThanOrEqualTo(1000L * visit.seconds());
    }
    assertThat(visits.stream().map(Visit::session)).doesNotHaveDuplicates();
    assertThat(visits).hasSizeGreaterThanOrEqualTo(places);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aQuarterOfTheDayIsBusyAtEachPlace(long seed) {
    List<Visit> visits = Timetable.draw(plan(seed, 24, 4));
    double busyHours = visits.stream().mapToInt(Visit::seconds).sum() / 3600.0;
    assertThat(busyHours / (24 * 4)).isBetween(0.2, 0.3);
    assertThat(visits).hasSizeGreaterThan(4 * 24 * 4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theSameSeedDrawsTheSameAndAnotherSeedAnother(long seed) {
    assertThat(Timetable.draw(plan(seed, 24, 2))).isEqualTo(Timetable.draw(plan(seed, 24, 2)));
    assertThat(Timetable.draw(plan(seed, 24, 2)))
        .isNotEqualTo(Timetable.draw(plan(seed + 1, 24, 2)));
  }
}
