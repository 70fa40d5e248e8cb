package io.entrain.recording;

import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;

/**
 * Sessions as they are sent: their blocks and their truth in the order of departure. What leaves at
 * the same time leaves in the order of the sessions and of their signals.
 */
public final class Playback implements Iterator<Departure> {
  /** Blocks as long as the packets of an acquisition system. */
  public static final long BLOCK_NANOS = 20_000_000L;

  private final PriorityQueue<Source> sources = new PriorityQueue<>();
  private int added;

  /** Adds a session whose blocks carry {@code id}. */
  public Playback add(Session session, String id, long blockNanos) {
    for (Signal signal : session.signals()) {
      add(new Cutter(session, signal, id, blockNanos));
    }
    if (session.labels() != null) {
      add(new TruthRows(session, id));
    }
    return this;
  }

  private void add(Iterator<Departure> departures) {
    if (departures.hasNext()) {
      sources.add(new Source(added++, departures, departures.next()));
    }
  }

  @Override
  public boolean hasNext() {
    return !sources.isEmpty();
  }

  /** Departure of what comes next. */
  public long nextNanos() {
    return sources.element().head.nanos();
  }

  @Override
  public Departure next() {
    Source source = sources.remove();
    if (source.rest.hasNext()) {
      sources.add(new Source(source.place, source.rest, source.rest.next()));
    }
    return source.head;
  }

  /** What is left of a stream, at the place in which it was added. */
  private record Source(int place, Iterator<Departure> rest, Departure head)
      implements Comparable<Source> {
    private static final Comparator<Source> ORDER =
        Comparator.<Source>comparingLong(source -> source.head.nanos())
            .thenComparingInt(Source::place);

    @Override
    public int compareTo(Source other) {
      return ORDER.compare(this, other);
    }
  }
}
