package io.entrain.wire;

import java.util.Arrays;
import java.util.Objects;

/**
 * A piece of one stream: what one modality of one session saw in [{@code startNanos}, {@code
 * endNanos}) of its own clock. Exactly one of {@code events} and {@code samples} is not null; an
 * empty {@code events} says that nothing happened, which is not the same as no block.
 *
 * @param session session id, also the Kafka key
 * @param modality name of the stream within the session
 * @param sequence counts the blocks of this stream from 0
 * @param startNanos first instant covered, device clock
 * @param endNanos first instant not covered any more, device clock
 * @param events point events, or null
 * @param samples equally spaced samples, or null
 */
public record Block(
    String session,
    String modality,
    long sequence,
    long startNanos,
    long endNanos,
    Events events,
    Samples samples) {

  public Block {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(modality, "modality");
    if ((events == null) == (samples == null)) {
      throw new IllegalArgumentException(
          "a block holds either events or samples, not " + (events == null ? "neither" : "both"));
    }
  }

  /** Length of the covered span. */
  public long spanNanos() {
    return endNanos - startNanos;
  }

  /**
   * Point events in order of time.
   *
   * @param offsetNanos {@code [N]} offset of each event from the block's start, non-decreasing
   * @param channel {@code [N]} channel (unit) of each event, from 0
   * @param mark {@code [N * M]} M marks of each event, event after event; length 0 where there are
   *     none
   */
  public record Events(long[] offsetNanos, int[] channel, float[] mark) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Events that
          && Arrays.equals(offsetNanos, that.offsetNanos)
          && Arrays.equals(channel, that.channel)
          && Arrays.equals(mark, that.mark);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * Arrays.hashCode(offsetNanos) + Arrays.hashCode(channel))
          + Arrays.hashCode(mark);
    }

    @Override
    public String toString() {
      return "Events[" + offsetNanos.length + "]";
    }
  }

  /**
   * Equally spaced samples: sample i of T stands at start + i * span / T.
   *
   * @param rateHz nominal sampling rate
   * @param channels number of channels C
   * @param value {@code [T * C]} values, sample after sample
   */
  public record Samples(double rateHz, int channels, float[] value) {
    /** Number of samples T. */
    public int sizeInSamples() {
      return channels == 0 ? 0 : value.length / channels;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Samples that
          && rateHz == that.rateHz
          && channels == that.channels
          && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * Double.hashCode(rateHz) + channels) + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "Samples[" + sizeInSamples() + ", " + channels + "] at " + rateHz + " Hz";
    }
  }
}
