package io.entrain.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  /** Sixteen records: two slow ones, then one each 4 ms. */
  private static final long[] STAMPS = {
    0, 1000, 2000, 2004, 2008, 2012, 2016, 2020, 2024, 2028, 2032, 2036, 2040, 2044, 2048, 2052
  };

  @Test
  void theFirstEighthDoesNotCount() {
    assertThat(Pace.of(STAMPS)).isEqualTo(new Pace(13, 52));
    assertThat(Pace.of(STAMPS).windowsPerSecond()).isEqualTo(250);
  }

  @Test
  void theOrderOfArrivalDoesNotMatter() {
    long[] mixed = STAMPS.clone();
    mixed[0] = STAMPS[15];
    mixed[15] = STAMPS[0];
    assertThat(Pace.of(mixed)).isEqualTo(Pace.of(STAMPS));
    assertThat(mixed[0]).as("what was handed over stays as it was").isEqualTo(2052);
  }

  @Test
  void theTimeBetweenTwoJobsDoesNotCount() {
    Pace later = Pace.of(new long[] {900_000, 900_010, 900_020});
    assertThat(Pace.of(STAMPS).and(later)).isEqualTo(new Pace(15, 72));
  }

  @Test
  void whatWroteNothingHasNone() {
    assertThat(Pace.of(new long[] {}).windowsPerSecond()).isNull();
    assertThat(Pace.of(new long[] {7}).windowsPerSecond()).isNull();
    assertThat(Pace.of(new long[] {7, 7}).windowsPerSecond()).isEqualTo(1000);
  }
}
