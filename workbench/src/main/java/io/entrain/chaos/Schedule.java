package io.entrain.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which faults happen when: a pure function of the seed, the length and the kinds that may happen.
 *
 * @param seed that it was drawn from
 * @param faults in the order of their beginnings
 */
public record Schedule(long seed, List<Fault> faults) {
  /** Nothing happens before: the job decodes by then. */
  static final long CALM_MILLIS = 6_000;

  /** From one fault to the next, so that each one's gap can be told: recovery takes seconds. */
  private static final int SPACING_MILLIS = 14_000;

  private static final int SPREAD_MILLIS = 4_000;

  /** Of the faults that may, one in so many brings another one with it. */
  private static final int AT_ONCE = 4;

  /** What comes with another fault follows it within this time. */
  private static final int TOGETHER_MILLIS = 1_500;

  /** A job that goes on twice needs more time; nothing else befalls it meanwhile. */
  private static final int RESCALE_MILLIS = 12_000;

  public Schedule {
    faults = List.copyOf(faults);
  }

  /**
   * Draws a schedule.
   *
   * @param seconds length of the input; no fault begins in its last two seconds
   * @param kinds that may happen; at least one
   */
  public static Schedule draw(long seed, int seconds, Collection<FaultKind> kinds) {
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("no kind of fault is allowed; want at least 1");
    }
    List<FaultKind> allowed = List.copyOf(new TreeSet<>(kinds));
    // Of the generators that the JDK has, the algorithm of this one is part of its specification.
    Random random = new Random(seed);
    List<Fault> faults = new ArrayList<>();
    long last = seconds * 1000L - 2_000;
    for (long at = CALM_MILLIS + random.nextInt(SPREAD_MILLIS); at < last; ) {
      FaultKind first = allowed.get(random.nextInt(allowed.size()));
      faults.add(fault(random, first, at));
      FaultKind second = allowed.get(random.nextInt(allowed.size()));
      boolean alone = first == FaultKind.RESCALE || second == FaultKind.RESCALE;
      if (random.nextInt(AT_ONCE) == 0 && second != first && !alone) {
        faults.add(fault(random, second, at + random.nextInt(TOGETHER_MILLIS)));
      }
      at += SPACING_MILLIS + random.nextInt(SPREAD_MILLIS);
      if (first == FaultKind.RESCALE) {
        at += RESCALE_MILLIS;
      }
    }
    faults.sort(Comparator.comparingLong(Fault::atMillis).thenComparing(Fault::kind));
    return new Schedule(seed, faults);
  }

  private static Fault fault(Random random, FaultKind kind, long atMillis) {
    int spread = kind.mostMillis() - kind.leastMillis();
    return new Fault(kind, atMillis, kind.leastMillis() + (long) random.nextInt(spread + 1));
  }

  /** Whether such a fault is among them. */
  boolean has(FaultKind kind) {
    return faults.stream().anyMatch(fault -> fault.kind() == kind);
  }

  /** Its faults, one a line. */
  public String describe() {
    return faults.stream().map(fault -> "  " + fault).collect(Collectors.joining("\n"));
  }
}
