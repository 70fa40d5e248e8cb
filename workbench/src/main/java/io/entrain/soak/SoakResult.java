package io.entrain.soak;

import java.util.List;

/**
 * What a run showed.
 *
 * @param samples in order of time
 * @param totals account of the sessions that came to their end
 * @param verdict on both
 * @param blocks sent
 * @param mostDiskBytes that the topics ever took, as far as it was looked at
 * @param seconds wall time from the job's start to the end
 */
public record SoakResult(
    List<Sample> samples,
    Ledger.Totals totals,
    SoakVerdict verdict,
    long blocks,
    long mostDiskBytes,
    double seconds) {
  public SoakResult {
    samples = List.copyOf(samples);
  }

  /** Whether the run showed what it must. */
  public boolean passed() {
    return verdict.passed();
  }

  /** Sessions that came to their end. */
  public long sessions() {
    return totals.sessions();
  }

  /** Panes that were decoded of them. */
  public long panes() {
    return totals.balance().panes();
  }

  /** Dead letters of them. */
  public long letters() {
    return totals.balance().letters();
  }

  /** What is wrong, in words. */
  public List<String> problems() {
    return verdict.problems();
  }
}
