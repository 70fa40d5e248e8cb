package io.entrain.bench.load;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Kind;

/**
 * How large a feed is.
 *
 * @param sessions that run side by side
 * @param hops of 20 ms that each lasts
 * @param units of the spikes, 10 Hz each
 * @param channels of the LFP, at 1 kHz
 */
public record FeedShape(int sessions, int hops, int units, int channels) {
  /** What the shipped models of the simulated subject read. */
  public static final int UNITS = 96;

  public static final int CHANNELS = 16;
  public static final int HOP_MILLIS = 20;
  static final long HOP_NANOS = HOP_MILLIS * 1_000_000L;

  /** Of 96 units and 16 channels. */
  public static FeedShape of(int sessions, int hops) {
    return new FeedShape(sessions, hops, UNITS, CHANNELS);
  }

  /** Of the channels that a model reads. */
  public static FeedShape of(int sessions, int hops, ModelContract contract) {
    int[] channels = new int[2];
    contract.modalities().forEach(m -> channels[m.kind() == Kind.EVENTS ? 0 : 1] = m.channels());
    return new FeedShape(sessions, hops, channels[0], channels[1]);
  }

  /** The same, shorter. */
  public FeedShape lasting(int shorterHops) {
    return new FeedShape(sessions, shorterHops, units, channels);
  }

  /** Spikes in a block: as many in each, so that every hop costs the same. */
  int spikesInBlock() {
    return Math.max(1, units * HOP_MILLIS / 100);
  }

  /** Windows: one for each hop of each session. */
  public long windows() {
    return (long) sessions * hops;
  }

  /** Blocks of both streams. */
  public long blocks() {
    return 2 * windows();
  }

  /** Spikes and rows of samples in all blocks. */
  public long events() {
    return windows() * (spikesInBlock() + HOP_MILLIS);
  }
}
