package io.entrain.world;

import io.entrain.recording.EventSignal;
import io.entrain.recording.Span;
import io.entrain.world.Draw.Purpose;
import io.entrain.world.WorldOptions.Faults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The spikes of a live session: stamped by a clock that may be another at every block. */
final class LiveSpikes {
  /** A stamped spike; {@code order} keeps equal stamps in the order of true time. */
  private record Stamped(long nanos, long order, int unit) {}

  private final EventSignal clean;
  private final double[] rateSums;
  private final Draw draw;
  private final Coverage coverage;
  private final PriorityQueue<Stamped> waiting =
      new PriorityQueue<>(
          Comparator.comparingLong(Stamped::nanos).thenComparingLong(Stamped::order));
  private int next;
  private long order;
  private double spuriousNanos;

  LiveSpikes(LiveSource source) {
    clean = source.spikes();
    draw = Draw.of(source.seed(), Purpose.SPIKE_NOISE, -1);
    coverage = new Coverage(World.SPIKES, 0, source);
    rateSums = source.unitRatesHz();
    Arrays.parallelPrefix(rateSums, Double::sum);
    spuriousNanos = LiveSession.FIRST_NANOS;
  }

  /** Stamps what happened until now. */
  void take(long nowNanos, Clock clock, double noise) {
    while (next < clean.nanos().length && clean.nanos()[next] <= nowNanos) {
      stamp(clean.nanos()[next], clean.channel()[next++], clock);
    }
    if (noise == 0) {
      spuriousNanos = nowNanos;
      return;
    }
    double meanWaitNanos = 1e9 / (noise * rateSums[rateSums.length - 1]);
    spuriousNanos += draw.exponential(meanWaitNanos);
    while (spuriousNanos <= nowNanos) {
      stamp((long) spuriousNanos, anyUnit(), clock);
      spuriousNanos += draw.exponential(meanWaitNanos);
    }
    // Waits have no memory: the one that was cut off may be drawn anew.
    spuriousNanos = nowNanos;
  }

  private int anyUnit() {
    double at = draw.uniform(0, rateSums[rateSums.length - 1]);
    int unit = 0;
    while (unit < rateSums.length - 1 && rateSums[unit] <= at) {
      unit++;
    }
    return unit;
  }

  private void stamp(long trueNanos, int unit, Clock clock) {
    long stamp = clock.stamp(trueNanos);
    if (stamp >= coverage.coveredNanos()) {
      waiting.add(new Stamped(stamp, order++, unit));
    }
  }

  void advance(long untilNanos, Faults faults, long shiftNanos, LiveSession.Sink sink) {
    coverage.advance(
        untilNanos,
        faults,
        span ->
            sink.block(
                new Span(span.startNanos() + shiftNanos, span.endNanos() + shiftNanos),
                until(span, shiftNanos)));
    while (!waiting.isEmpty() && waiting.peek().nanos < coverage.coveredNanos()) {
      waiting.poll();
    }
  }

  /** The spikes of a block; those before it fell into a gap. */
  private EventSignal until(Span span, long shiftNanos) {
    List<Stamped> found = new ArrayList<>();
    while (!waiting.isEmpty() && waiting.peek().nanos < span.endNanos()) {
      Stamped spike = waiting.poll();
      if (spike.nanos >= span.startNanos()) {
        found.add(spike);
      }
    }
    return new EventSignal(
        clean.modality(),
        clean.channels(),
        found.stream().mapToLong(spike -> spike.nanos + shiftNanos).toArray(),
        found.stream().mapToInt(Stamped::unit).toArray(),
        List.of());
  }

  boolean isDone() {
    return coverage.isDone();
  }
}
