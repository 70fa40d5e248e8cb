package io.entrain.view;

/**
 * What a person can set of one simulated session.
 *
 * @param lagMillis level of the spikes' lag; positive is stamped late
 * @param wanders whether the lag moves about its level by itself
 * @param jitterMillis sd of the shift of each packet
 * @param noise in times each channel's sd and each unit's rate
 * @param gapsPerMinute in each modality
 * @param unplugged modality of which nothing comes; empty for none
 */
public record ControlSettings(
    double lagMillis,
    boolean wanders,
    double jitterMillis,
    double noise,
    double gapsPerMinute,
    String unplugged) {
  public static final double MOST_LAG_MILLIS = 150;
  public static final double MOST_JITTER_MILLIS = 80;
  public static final double MOST_NOISE = 4;
  public static final double MOST_GAPS_PER_MINUTE = 60;

  public ControlSettings {
    check("lag_millis", lagMillis, -MOST_LAG_MILLIS, MOST_LAG_MILLIS);
    check("jitter_millis", jitterMillis, 0, MOST_JITTER_MILLIS);
    check("noise", noise, 0, MOST_NOISE);
    check("gaps_per_minute", gapsPerMinute, 0, MOST_GAPS_PER_MINUTE);
  }

  private static void check(String what, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s is %s, must be %s to %s".formatted(what, value, least, most));
    }
  }
}
