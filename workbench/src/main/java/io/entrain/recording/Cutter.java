package io.entrain.recording;

import io.entrain.wire.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Cuts one signal of a session into blocks at the multiples of a length, at its gaps and at the
 * session's ends; a gap is what no block covers. The events and samples are the same for every
 * length.
 */
final class Cutter implements Iterator<Departure> {
  private final String session;
  private final Signal signal;
  private final Span span;
  private final long lengthNanos;
  private final DepartureTimes departures;
  private final Iterator<Span> covered;
  private Span part;
  private long startNanos;
  private long sequence;

  Cutter(Session session, Signal signal, String id, long lengthNanos) {
    if (lengthNanos < 1) {
      throw new IllegalArgumentException("blocks of " + lengthNanos + " ns, want at least 1");
    }
    this.session = id;
    this.signal = signal;
    this.span = session.span();
    this.lengthNanos = lengthNanos;
    boolean lagged = session.lag() != null && session.lag().of().equals(signal.modality());
    this.departures = new DepartureTimes(lagged ? session.lag() : null);
    this.covered = covered().iterator();
    nextPart();
  }

  /** The session less the gaps, its edges moved to samples where the signal has samples. */
  private List<Span> covered() {
    List<Span> parts = new ArrayList<>();
    long from = span.startNanos();
    for (Span gap : signal.gaps()) {
      add(parts, from, gap.startNanos());
      from = Math.max(from, gap.endNanos());
    }
    add(parts, from, span.endNanos());
    return parts;
  }

  private void add(List<Span> parts, long from, long until) {
    long start = edge(Math.max(from, span.startNanos()));
    long end = edge(Math.min(until, span.endNanos()));
    if (start < end) {
      parts.add(new Span(start, end));
    }
  }

  /** The time itself for events; for samples the time of the first one at or after it. */
  private long edge(long nanos) {
    return signal instanceof SampleSignal samples
        ? timeOf(samples, indexAt(samples, nanos))
        : nanos;
  }

  private long indexAt(SampleSignal samples, long nanos) {
    double index = (nanos - span.startNanos()) * samples.rateHz() / 1e9;
    return Math.min(samples.rows(), (long) Math.ceil(index - 1e-6));
  }

  private long timeOf(SampleSignal samples, long index) {
    return span.startNanos() + Math.round(index * 1e9 / samples.rateHz());
  }

  private void nextPart() {
    part = covered.hasNext() ? covered.next() : null;
    startNanos = part == null ? 0 : part.startNanos();
  }

  @Override
  public boolean hasNext() {
    return part != null;
  }

  @Override
  public Departure next() {
    if (part == null) {
      throw new NoSuchElementException();
    }
    long endNanos = startNanos;
    for (long cut = startNanos; endNanos == startNanos; ) {
      cut = (Math.floorDiv(cut, lengthNanos) + 1) * lengthNanos;
      endNanos = Math.min(part.endNanos(), edge(cut));
    }
    Block block =
        signal instanceof EventSignal events
            ? block(endNanos, eventsUntil(events, endNanos), null)
            : block(endNanos, null, samplesUntil((SampleSignal) signal, endNanos));
    startNanos = endNanos;
    if (startNanos >= part.endNanos()) {
      nextPart();
    }
    return new Departure(departures.of(endNanos), block, null);
  }

  private Block block(long endNanos, Block.Events events, Block.Samples samples) {
    return new Block(session, signal.modality(), sequence++, startNanos, endNanos, events, samples);
  }

  private Block.Events eventsUntil(EventSignal events, long endNanos) {
    int from = events.indexAt(startNanos);
    int until = events.indexAt(endNanos);
    long[] offsetNanos = new long[until - from];
    for (int i = from; i < until; i++) {
      offsetNanos[i - from] = events.nanos()[i] - startNanos;
    }
    return new Block.Events(
        offsetNanos,
        Arrays.copyOfRange(events.channel(), from, until),
        events.marksBetween(from, until));
  }

  private Block.Samples samplesUntil(SampleSignal samples, long endNanos) {
    int from = Math.toIntExact(indexAt(samples, startNanos)) * samples.channels();
    int until = Math.toIntExact(indexAt(samples, endNanos)) * samples.channels();
    return new Block.Samples(
        samples.rateHz(), samples.channels(), Arrays.copyOfRange(samples.values(), from, until));
  }
}
