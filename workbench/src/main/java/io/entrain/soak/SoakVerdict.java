package io.entrain.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What a run must show. Memory is judged by the median of the second hour of event time against
 * that of the last; in a run that is too short for both only the rest is judged.
 *
 * @param problems in words; none where the run is good
 * @param heapGrowth of the heap in use, as a share; NaN where the run is too short
 * @param nativeGrowth of the process less its heap
 * @param threadGrowth in threads
 */
record SoakVerdict(
    List<String> problems, double heapGrowth, double nativeGrowth, double threadGrowth) {
  /** Share by which heap and native memory may grow. */
  static final double MOST_GROWTH = 0.05;

  /** What is said of a run that was told to end before its time; its end is not judged. */
  static final String STOPPED = "it was stopped before its end";

  /** Threads of pools come and go by ones. */
  static final double MOST_THREADS = 2;

  private static final long HOUR_MILLIS = 3_600_000;

  /** The second hour and the last must not touch. */
  private static final long LEAST_MILLIS = 4 * HOUR_MILLIS;

  SoakVerdict {
    problems = List.copyOf(problems);
  }

  boolean passed() {
    return problems.isEmpty();
  }

  /**
   * Judges a run.
   *
   * @param failure what ended the job, {@link #STOPPED}, or empty
   */
  static SoakVerdict of(List<Sample> samples, Ledger.Totals totals, String failure) {
    List<String> problems = new ArrayList<>();
    if (failure.equals(STOPPED)) {
      problems.add(STOPPED);
    } else if (!failure.isEmpty()) {
      problems.add("the job failed: " + failure);
    } else {
      end(samples, totals, problems);
    }
    accounts(totals, problems);
    state(samples, problems);
    double heap = growth(samples, sample -> sample.memory().heapBytes());
    double natively = growth(samples, sample -> sample.memory().nativeBytes());
    double threads =
        last(samples, sample -> sample.memory().threads())
            - second(samples, sample -> sample.memory().threads());
    tooMuch("heap", heap, problems);
    tooMuch("native memory", natively, problems);
    if (threads > MOST_THREADS) {
      problems.add(line("threads grew by %.0f, bound %.0f", threads, MOST_THREADS));
    }
    return new SoakVerdict(problems, heap, natively, threads);
  }

  private static void accounts(Ledger.Totals totals, List<String> problems) {
    add(totals.balance().lost(), "blocks neither decoded nor on the dead-letter topic", problems);
    add(totals.balance().holes(), "panes missing within a session", problems);
    add(totals.balance().repeats(), "outputs more than once", problems);
    add(totals.strays(), "outputs of what was not sent", problems);
    problems.addAll(totals.findings());
  }

  private static void end(List<Sample> samples, Ledger.Totals totals, List<String> problems) {
    if (totals.sessions() == 0) {
      problems.add("no session came to its end");
    }
    int left = samples.isEmpty() ? 0 : samples.get(samples.size() - 1).state().sessions();
    if (left > 1) {
      problems.add(
          "state of " + left + " sessions at the end, must be of the one that outlasts the others");
    }
  }

  private static void state(List<Sample> samples, List<String> problems) {
    if (samples.isEmpty()) {
      problems.add("nothing was measured");
      return;
    }
    samples.stream()
        .filter(sample -> sample.state().overstayed() > 0)
        .findFirst()
        .ifPresent(
            sample ->
                problems.add(
                    line(
                        "state of %d ended sessions at %.2f h",
                        sample.state().overstayed(), sample.eventMillis() / (double) HOUR_MILLIS)));
  }

  private static void add(long count, String what, List<String> problems) {
    if (count > 0) {
      problems.add(line("%,d %s", count, what));
    }
  }

  private static void tooMuch(String what, double growth, List<String> problems) {
    if (growth > MOST_GROWTH) {
      problems.add(
          line("%s grew by %.1f %%, bound %.0f %%", what, 100 * growth, 100 * MOST_GROWTH));
    }
  }

  private static double growth(List<Sample> samples, ToDoubleFunction<Sample> value) {
    return last(samples, value) / second(samples, value) - 1;
  }

  private static double second(List<Sample> samples, ToDoubleFunction<Sample> value) {
    return median(samples, HOUR_MILLIS, 2 * HOUR_MILLIS, value);
  }

  private static double last(List<Sample> samples, ToDoubleFunction<Sample> value) {
    long end = end(samples);
    return median(samples, end - HOUR_MILLIS, end + 1, value);
  }

  private static long end(List<Sample> samples) {
    return samples.isEmpty() ? 0 : samples.get(samples.size() - 1).eventMillis();
  }

  private static double median(
      List<Sample> samples, long fromMillis, long untilMillis, ToDoubleFunction<Sample> value) {
    double[] values =
        samples.stream()
            .filter(sample -> sample.eventMillis() >= fromMillis)
            .filter(sample -> sample.eventMillis() < untilMillis)
            .mapToDouble(value)
            .sorted()
            .toArray();
    return end(samples) < LEAST_MILLIS || values.length == 0
        ? Double.NaN
        : (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
