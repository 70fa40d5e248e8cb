package io.entrain.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * When output came: from it the gaps that faults left, and how long it took until all was well.
 *
 * @param seen in the order of arrival
 * @param startMillis wall time of the first block
 * @param promptMillis output that comes no later than this after its input is prompt
 */
record Arrivals(List<Observer.Seen> seen, long startMillis, long promptMillis) {
  /** Faults that begin within this time of another share its gap. */
  private static final long TOGETHER_MILLIS = 3_000;

  /** What each fault left, in the order of the schedule. */
  List<Aftermath> aftermath(Schedule schedule, long endMillis) {
    List<Aftermath> all = new ArrayList<>();
    for (Fault fault : schedule.faults()) {
      long until =
          schedule.faults().stream()
              .mapToLong(Fault::atMillis)
              .filter(at -> at > fault.atMillis() + TOGETHER_MILLIS)
              .findFirst()
              .orElse(endMillis);
      all.add(after(fault, until));
    }
    return all;
  }

  private Aftermath after(Fault fault, long untilMillis) {
    long before = fault.atMillis();
    long longest = 0;
    long longestEnd = fault.atMillis();
    for (Observer.Seen one : seen) {
      long at = one.atMillis() - startMillis;
      if (at >= fault.atMillis() && at <= untilMillis) {
        if (at - before > longest) {
          longest = at - before;
          longestEnd = at;
        }
        before = at;
      }
    }
    // Nothing until the next fault is a gap, too; after the last record of all there is none.
    long end = Math.min(untilMillis, newestMillis());
    if (end - before > longest) {
      longest = end - before;
      longestEnd = end;
    }
    for (Observer.Seen one : seen) {
      long at = one.atMillis() - startMillis;
      boolean timed = one.output().kind() == OutputKind.DECODED;
      if (at >= longestEnd && at <= untilMillis && timed && one.delayMillis() <= promptMillis) {
        return new Aftermath(fault, longest, at - fault.atMillis());
      }
    }
    return new Aftermath(fault, longest, -1);
  }

  private long newestMillis() {
    return seen.stream().mapToLong(one -> one.atMillis() - startMillis).max().orElse(0);
  }

  /** Records of a topic in each tenth of a second after the first block. */
  int[] perTenth(int tenths) {
    int[] counts = new int[tenths];
    for (Observer.Seen one : seen) {
      long tenth = (one.atMillis() - startMillis) / 100;
      if (one.output().kind() == OutputKind.DECODED && tenth >= 0 && tenth < tenths) {
        counts[(int) tenth]++;
      }
    }
    return counts;
  }
}
