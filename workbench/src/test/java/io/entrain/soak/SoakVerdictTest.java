package io.entrain.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.soak.SessionBook.Balance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** A run is good where nothing grows and nothing is missing; each leak is told by its name. */
class SoakVerdictTest {
  private static final long MIB = 1 << 20;
  private static final long HOUR_MILLIS = 3_600_000;
  private static final Ledger.Totals GOOD = totals(new Balance(1000, 3, 0, 500, 0, 0), 0);

  @Test
  void aFlatDayPasses() {
    SoakVerdict verdict = SoakVerdict.of(day(millis -> 0, millis -> 0, 0), GOOD, "");
    assertThat(verdict.problems()).isEmpty();
    assertThat(verdict.heapGrowth()).isZero();
    assertThat(verdict.nativeGrowth()).isZero();
  }

  @Test
  void aHeapThatGrowsBySixPercentInADayIsTold() {
    SoakVerdict verdict =
        SoakVerdict.of(
            day(millis -> millis * 6 * MIB / (24 * HOUR_MILLIS), millis -> 0, 0), GOOD, "");
    assertThat(verdict.problems()).singleElement().asString().startsWith("heap grew by 5.");
  }

  @Test
  void nativeMemoryThatGrowsIsTold() {
    SoakVerdict verdict =
        SoakVerdict.of(day(millis -> 0, millis -> millis * MIB / HOUR_MILLIS, 0), GOOD, "");
    assertThat(verdict.problems()).singleElement().asString().startsWith("native memory grew by");
  }

  @Test
  void whatTheFirstHourTakesIsNoGrowth() {
    SoakVerdict verdict =
        SoakVerdict.of(
            day(millis -> millis < HOUR_MILLIS ? -50 * MIB : 0, millis -> 0, 0), GOOD, "");
    assertThat(verdict.problems()).isEmpty();
  }

  @Test
  void threadsThatAreNotEndedAreTold() {
    List<Sample> samples = new ArrayList<>(day(millis -> 0, millis -> 0, 0));
    samples.replaceAll(
        sample ->
            new Sample(
                sample.eventMillis(),
                sample.wallMillis(),
                new Sample.Memory(
                    sample.memory().heapBytes(),
                    0,
                    sample.memory().nativeBytes(),
                    0,
                    70 + (int) (sample.eventMillis() / (4 * HOUR_MILLIS))),
                sample.state(),
                0,
                0,
                0));
    assertThat(SoakVerdict.of(samples, GOOD, "").problems())
        .containsExactly("threads grew by 5, bound 2");
  }

  @Test
  void stateOfEndedSessionsIsTold() {
    List<String> problems = SoakVerdict.of(day(millis -> 0, millis -> 0, 3), GOOD, "").problems();
    assertThat(problems).anySatisfy(line -> assertThat(line).startsWith("state of 3 ended"));
    assertThat(problems).anySatisfy(line -> assertThat(line).startsWith("state of 4 sessions at"));
  }

  @Test
  void whatIsNotAccountedForIsTold() {
    List<Sample> samples = day(millis -> 0, millis -> 0, 0);
    assertThat(SoakVerdict.of(samples, totals(new Balance(9, 0, 1, 9, 0, 0), 0), "").problems())
        .containsExactly("1 blocks neither decoded nor on the dead-letter topic");
    assertThat(SoakVerdict.of(samples, totals(new Balance(9, 0, 0, 9, 2, 0), 0), "").problems())
        .containsExactly("2 panes missing within a session");
    assertThat(SoakVerdict.of(samples, totals(new Balance(9, 0, 0, 9, 0, 3), 0), "").problems())
        .containsExactly("3 outputs more than once");
    assertThat(SoakVerdict.of(samples, totals(new Balance(9, 0, 0, 9, 0, 0), 4), "").problems())
        .containsExactly("4 outputs of what was not sent");
    assertThat(SoakVerdict.of(samples, GOOD, "out of memory").problems())
        .containsExactly("the job failed: out of memory");
    assertThat(SoakVerdict.of(samples, GOOD, SoakVerdict.STOPPED).problems())
        .containsExactly(SoakVerdict.STOPPED);
    assertThat(SoakVerdict.of(List.of(), GOOD, "").problems())
        .containsExactly("nothing was measured");
  }

  @Test
  void aShortRunIsNotJudgedByItsMemory() {
    List<Sample> samples = day(millis -> millis, millis -> millis, 0).subList(0, 180);
    SoakVerdict verdict = SoakVerdict.of(samples, GOOD, "");
    assertThat(verdict.problems()).isEmpty();
    assertThat(verdict.heapGrowth()).isNaN();
  }

  private static Ledger.Totals totals(Balance balance, long strays) {
    return new Ledger.Totals(10, balance, strays, Map.of(), List.of());
  }

  /** A sample each minute of a day; {@code heap} and {@code natively} are added to 100 MiB. */
  private static List<Sample> day(
      LongUnaryOperator heap, LongUnaryOperator natively, int overstayed) {
    List<Sample> samples = new ArrayList<>();
    for (long millis = 0; millis <= 24 * HOUR_MILLIS; millis += 60_000) {
      samples.add(
          new Sample(
              millis,
              millis / 60,
              new Sample.Memory(
                  100 * MIB + heap.applyAsLong(millis),
                  0,
                  100 * MIB + natively.applyAsLong(millis),
                  0,
                  70),
              new Sample.State(1000, 10, 1 + overstayed, 1, overstayed),
              0,
              0,
              0));
    }
    return samples;
  }
}
