package io.entrain.recording;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Regular samples of a modality; the first stands at the session's start.
 *
 * @param rateHz samples a second
 * @param values {@code [T * C]}, time-major
 */
public record SampleSignal(
    String modality, int channels, double rateHz, float[] values, List<Span> gaps)
    implements Signal {
  public SampleSignal {
    if (values.length % channels != 0) {
      throw new IllegalArgumentException(
          modality
              + ": "
              + values.length
              + " values do not fill rows of "
              + channels
              + " channels");
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            modality
                + ": sample "
                + i / channels
                + ", channel "
                + i % channels
                + " is "
                + values[i]
                + ", must be finite; say where nothing was recorded with gaps");
      }
    }
    gaps = List.copyOf(gaps);
  }

  public int rows() {
    return values.length / channels;
  }

  @Override
  public SampleSignal lost(Span whole) {
    return new SampleSignal(modality, channels, rateHz, values, List.of(whole));
  }

  @Override
  public SampleSignal between(Span whole, Span part) {
    double first = (part.startNanos() - whole.startNanos()) * rateHz / 1e9;
    if (Math.abs(first - Math.rint(first)) > 1e-6) {
      throw new IllegalArgumentException(
          modality
              + ": a cut at "
              + part.startNanos()
              + " ns falls between two samples at "
              + rateHz
              + " Hz");
    }
    int from = (int) Math.rint(first);
    int until =
        Math.min(
            rows(), (int) Math.ceil((part.endNanos() - whole.startNanos()) * rateHz / 1e9 - 1e-6));
    return new SampleSignal(
        modality,
        channels,
        rateHz,
        Arrays.copyOfRange(values, from * channels, until * channels),
        gaps);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SampleSignal that
        && modality.equals(that.modality)
        && channels == that.channels
        && rateHz == that.rateHz
        && Arrays.equals(values, that.values)
        && gaps.equals(that.gaps);
  }

  @Override
  public int hashCode() {
    return Objects.hash(modality, channels, rateHz, Arrays.hashCode(values), gaps);
  }

  @Override
  public String toString() {
    return modality + ": " + rows() + " samples of " + channels + " channels at " + rateHz + " Hz";
  }
}
