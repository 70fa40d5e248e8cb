package io.entrain.chaos;

import java.util.Locale;

/**
 * A difference between what was delivered and what the undisturbed run delivered.
 *
 * @param kind in the usual terms
 * @param detail where: topic, session, model and window end
 */
public record Anomaly(Kind kind, String detail) {
  /** The usual terms. */
  public enum Kind {
    /** A record of the undisturbed run never came. */
    LOST,
    /** A record came more than once, where each must come once. */
    DUPLICATE,
    /** A record came after one that follows it. */
    REORDERED,
    /**
     * Half of something: bytes that are no whole record, or of one pane the record on one topic
     * without that on the other.
     */
    TORN,
    /** A record of a pane of the undisturbed run that says something else. */
    WRONG_VALUE,
    /** A record of a pane that the undisturbed run does not have. */
    UNEXPECTED;

    /** For people and JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }
}
