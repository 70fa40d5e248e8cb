package io.entrain.recording;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Events of a modality.
 *
 * @param nanos {@code [N]} stamps, ascending
 * @param channel {@code [N]} the channel (unit) of each, in [0, channels)
 * @param marks names of what was measured of each event
 * @param mark {@code [N * M]} the marks of each event in the order of their names, event after
 *     event
 */
public record EventSignal(
    String modality,
    int channels,
    long[] nanos,
    int[] channel,
    List<String> marks,
    float[] mark,
    List<Span> gaps)
    implements Signal {
  /** Events of which nothing was measured. */
  public EventSignal(String modality, int channels, long[] nanos, int[] channel, List<Span> gaps) {
    this(modality, channels, nanos, channel, List.of(), new float[0], gaps);
  }

  public EventSignal {
    if (mark.length != nanos.length * marks.size()) {
      throw new IllegalArgumentException(
          modality
              + ": "
              + mark.length
              + " marks for "
              + nanos.length
              + " events, want "
              + marks.size()
              + " of each");
    }
    if (nanos.length != channel.length) {
      throw new IllegalArgumentException(
          modality
              + ": "
              + nanos.length
              + " times for "
              + channel.length
              + " channels, want as many of each");
    }
    for (int i = 0; i < nanos.length; i++) {
      if (channel[i] < 0 || channel[i] >= channels) {
        throw new IllegalArgumentException(
            modality
                + ": event "
                + i
                + " is on channel "
                + channel[i]
                + ", want 0 to "
                + (channels - 1));
      }
      if (i > 0 && nanos[i] < nanos[i - 1]) {
        throw new IllegalArgumentException(
            modality
                + ": event "
                + i
                + " at "
                + nanos[i]
                + " ns comes before event "
                + (i - 1)
                + " at "
                + nanos[i - 1]
                + " ns");
      }
    }
    marks = List.copyOf(marks);
    gaps = List.copyOf(gaps);
  }

  /** Index of the first event at or after a time; the number of events where there is none. */
  public int indexAt(long atNanos) {
    int low = 0;
    int high = nanos.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (nanos[middle] < atNanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public EventSignal lost(Span whole) {
    return new EventSignal(
        modality, channels, new long[0], new int[0], marks, new float[0], List.of(whole));
  }

  @Override
  public EventSignal between(Span whole, Span part) {
    int from = indexAt(part.startNanos());
    int until = indexAt(part.endNanos());
    return new EventSignal(
        modality,
        channels,
        Arrays.copyOfRange(nanos, from, until),
        Arrays.copyOfRange(channel, from, until),
        marks,
        marksBetween(from, until),
        gaps);
  }

  /** Marks of the events from one index to before another, event after event. */
  public float[] marksBetween(int from, int until) {
    return Arrays.copyOfRange(mark, from * marks.size(), until * marks.size());
  }

  /** The events at some indices, with stamps of their own. */
  public EventSignal at(int[] indices, long[] stamps, List<Span> stampedGaps) {
    float[] marked = new float[indices.length * marks.size()];
    int[] channelOf = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      channelOf[i] = channel[indices[i]];
      System.arraycopy(mark, indices[i] * marks.size(), marked, i * marks.size(), marks.size());
    }
    return new EventSignal(modality, channels, stamps, channelOf, marks, marked, stampedGaps);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EventSignal that
        && modality.equals(that.modality)
        && channels == that.channels
        && Arrays.equals(nanos, that.nanos)
        && Arrays.equals(channel, that.channel)
        && marks.equals(that.marks)
        && Arrays.equals(mark, that.mark)
        && gaps.equals(that.gaps);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        modality,
        channels,
        Arrays.hashCode(nanos),
        Arrays.hashCode(channel),
        marks,
        Arrays.hashCode(mark),
        gaps);
  }

  @Override
  public String toString() {
    return modality + ": " + nanos.length + " events on " + channels + " channels";
  }
}
