package io.entrain.world;

import io.entrain.recording.SampleSignal;
import io.entrain.recording.Span;
import io.entrain.world.Draw.Purpose;
import io.entrain.world.WorldOptions.Faults;
import java.util.Arrays;
import java.util.List;

/** The LFP of a live session: on the true clock, with noise as it is set. */
final class LiveField {
  private static final long MILLI = 1_000_000L;

  private final SampleSignal clean;
  private final double[] sds;
  private final Draw draw;
  private final Coverage coverage;

  LiveField(LiveSource source) {
    clean = source.lfp();
    sds = source.channelSds();
    draw = Draw.of(source.seed(), Purpose.FIELD_NOISE, -1);
    coverage = new Coverage(World.LFP, 1, source);
  }

  void advance(long nowNanos, Faults faults, long shiftNanos, LiveSession.Sink sink) {
    coverage.advance(
        nowNanos,
        faults,
        span ->
            sink.block(
                new Span(span.startNanos() + shiftNanos, span.endNanos() + shiftNanos),
                samples(span, faults.noise())));
  }

  /** One sample a millisecond. */
  private SampleSignal samples(Span span, double noise) {
    int from = Math.toIntExact(span.startNanos() / MILLI) * clean.channels();
    int until = Math.toIntExact(span.endNanos() / MILLI) * clean.channels();
    float[] values = Arrays.copyOfRange(clean.values(), from, until);
    if (noise > 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (noise * sds[i % sds.length] * draw.gaussian());
      }
    }
    return new SampleSignal(clean.modality(), clean.channels(), clean.rateHz(), values, List.of());
  }

  boolean isDone() {
    return coverage.isDone();
  }
}
