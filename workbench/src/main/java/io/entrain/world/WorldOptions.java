package io.entrain.world;

/**
 * One simulated session.
 *
 * @param subject seed of the subject: how its sensors depend on the latents
 * @param session seed of the session: what happens in it
 * @param seconds length
 * @param lag of the spikes
 * @param faults what else goes wrong on the way
 */
public record WorldOptions(long subject, long session, int seconds, LagPlan lag, Faults faults) {
  /**
   * What goes wrong on the way beside the lag.
   *
   * @param jitterMillis sd of the shift of each 20 ms packet of spikes
   * @param noise σ: white noise of σ times the channel's sd on the LFP, spurious spikes at σ times
   *     the unit's rate
   * @param gapsPerMinute of 100–300 ms, in each modality
   * @param missing modality that never arrives; empty for none
   */
  public record Faults(double jitterMillis, double noise, double gapsPerMinute, String missing) {
    public static final Faults NONE = new Faults(0, 0, 0, "");

    public Faults {
      if (noise < 0 || jitterMillis < 0 || gapsPerMinute < 0) {
        throw new IllegalArgumentException(
            "noise "
                + noise
                + ", jitter "
                + jitterMillis
                + " ms, "
                + gapsPerMinute
                + " gaps a minute: want 0 or more of each");
      }
      if (!missing.isEmpty() && !missing.equals(World.SPIKES) && !missing.equals(World.LFP)) {
        throw new IllegalArgumentException(
            "missing modality '" + missing + "', want spikes or lfp");
      }
    }
  }

  public WorldOptions {
    if (seconds < 1) {
      throw new IllegalArgumentException("a session of " + seconds + " s, want at least 1 s");
    }
  }

  public static WorldOptions clean(long subject, long session, int seconds) {
    return new WorldOptions(subject, session, seconds, LagPlan.NONE, Faults.NONE);
  }

  public String name() {
    return "subject-" + subject + "-session-" + session;
  }
}
