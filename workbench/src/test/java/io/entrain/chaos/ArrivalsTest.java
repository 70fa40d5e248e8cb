package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static final long START = 1_000_000;
  private static final long PROMPT = 500;

  @Test
  void aGapBeginsWithItsFaultAndEndsWithTheNextRecord() {
    List<Observer.Seen> seen = steady(0, 5_000);
    seen.addAll(steady(9_000, 20_000));
    assertThat(aftermath(seen, 20_000, 4_500))
        .containsExactly(new Aftermath(fault(4_500), 4_020, 4_500));
  }

  @Test
  void whereNothingComesUntilTheNextFaultTheGapIsThatLong() {
    List<Observer.Seen> seen = steady(0, 5_000);
    seen.addAll(steady(22_000, 30_000));
    assertThat(aftermath(seen, 30_000, 5_000, 15_000))
        .containsExactly(
            new Aftermath(fault(5_000), 10_000, -1), new Aftermath(fault(15_000), 7_000, 7_000));
  }

  @Test
  void theQuietAfterTheLastRecordIsNoGap() {
    assertThat(aftermath(steady(0, 9_980), 15_000, 5_000))
        .containsExactly(new Aftermath(fault(5_000), 20, 20));
  }

  private static List<Aftermath> aftermath(
      List<Observer.Seen> seen, long endMillis, long... faults) {
    List<Fault> all = new ArrayList<>();
    for (long at : faults) {
      all.add(fault(at));
    }
    return new Arrivals(seen, START, PROMPT).aftermath(new Schedule(1, all), endMillis);
  }

  private static Fault fault(long atMillis) {
    return new Fault(FaultKind.TASKMANAGER_KILL, atMillis, 0);
  }

  /** A prompt record every 20 ms, the last one before {@code toMillis}. */
  private static List<Observer.Seen> steady(long fromMillis, long toMillis) {
    List<Observer.Seen> seen = new ArrayList<>();
    Output output = new Output(OutputKind.DECODED, "s", new byte[0]);
    for (long at = fromMillis; at < toMillis; at += 20) {
      seen.add(new Observer.Seen(output, START + at, 10));
    }
    return seen;
  }
}
