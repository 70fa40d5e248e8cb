package io.entrain.chaos;

import java.util.Locale;

/**
 * One fault of a schedule.
 *
 * @param kind what goes wrong
 * @param atMillis when it begins, after the first block leaves
 * @param lengthMillis how long it lasts; 0 for what is over at once
 */
public record Fault(FaultKind kind, long atMillis, long lengthMillis) {
  /** When it is over, after the first block leaves. */
  public long endMillis() {
    return atMillis + lengthMillis;
  }

  @Override
  public String toString() {
    String text = String.format(Locale.ROOT, "%6.2f s  %s", atMillis * 1e-3, kind.word());
    return lengthMillis == 0
        ? text
        : text + String.format(Locale.ROOT, " for %.2f s", lengthMillis * 1e-3);
  }
}
