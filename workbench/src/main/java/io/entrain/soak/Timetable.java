package io.entrain.soak;

import io.entrain.world.World;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Who comes when: at each place sessions of one to five minutes, with pauses three times as long
 * between them, all of it shorter where the run is short. A pure function of the seed.
 */
final class Timetable {
  /** Simulated sessions that the visits play. */
  static final int TAPES = 6;

  private static final int SHORTEST_SECONDS = 60;

  /** The longest session is so many times the shortest; pauses are as uneven. */
  private static final int SPREAD = 5;

  private static final int PAUSE = 3;

  /** A short run still sees so many of its shortest sessions at each place. */
  private static final int LEAST_VISITS = 12;

  /** In every second session a stream is away, for a quarter of the session at most. */
  private static final double AWAY = 0.5;

  private static final int AWAY_SHARE = 4;

  /** Device clocks begin somewhere in the years after 2001, each elsewhere. */
  private static final long FIRST_SECOND = 1_000_000_000L;

  private static final long SECONDS_OF_YEARS = 500_000_000L;

  private final SplittableRandom random;
  private final int shortestSeconds;

  private Timetable(long seed, long lengthMillis) {
    random = new SplittableRandom(seed);
    shortestSeconds = shortestSeconds(lengthMillis);
  }

  private static int shortestSeconds(long lengthMillis) {
    return (int) Math.min(SHORTEST_SECONDS, lengthMillis / 1000 / LEAST_VISITS);
  }

  /** Length of the longest session that a run may have. */
  static int longestSeconds(long lengthMillis) {
    return SPREAD * shortestSeconds(lengthMillis);
  }

  /** All visits of a run in the order in which they begin; the last ones end with it. */
  static List<Visit> draw(SoakPlan plan) {
    Timetable table = new Timetable(plan.seed(), plan.lengthMillis());
    List<Visit> visits = new ArrayList<>();
    for (int place = 0; place < plan.places(); place++) {
      table.fill(place, plan.lengthMillis(), visits);
    }
    visits.sort(Comparator.comparingLong(Visit::startMillis).thenComparing(Visit::session));
    return visits;
  }

  private void fill(int place, long lengthMillis, List<Visit> visits) {
    long millis = place == 0 ? 0 : 1000L * uneven();
    for (int number = 0; ; number++) {
      long leftSeconds = (lengthMillis - millis) / 1000;
      if (leftSeconds < shortestSeconds) {
        return;
      }
      Visit visit = visit(place + "-" + number, millis, (int) Math.min(uneven(), leftSeconds));
      visits.add(visit);
      millis = visit.endMillis() + 1000L * PAUSE * uneven();
    }
  }

  private int uneven() {
    return random.nextInt(shortestSeconds, SPREAD * shortestSeconds + 1);
  }

  private Visit visit(String name, long millis, int seconds) {
    long device = FIRST_SECOND + random.nextLong(SECONDS_OF_YEARS);
    String modality = random.nextBoolean() ? World.SPIKES : World.LFP;
    long away = random.nextLong(1, 1000L * seconds / AWAY_SHARE);
    long from = random.nextLong(1000L * seconds - away);
    long until = random.nextDouble() < AWAY ? from + away : from;
    return new Visit(
        "soak-" + name,
        millis,
        seconds,
        random.nextInt(TAPES),
        device * 1_000_000_000L,
        new Visit.Absence(modality, from, until));
  }
}
