package io.entrain.recording;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Sessions as they are sent: their blocks and their truth in the order of departure. What leaves at
 * the same time leaves in the order of the sessions and of their signals.
 */
public final class Playback implements Iterator<Departure> {
  /** Blocks as long as the packets of an acquisition system. */
  public static final long BLOCK_NANOS = 20_000_000L;

  private final List<Source> sources = new ArrayList<>();

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
      sources.add(new Source(departures));
    }
  }

  @Override
  public boolean hasNext() {
    return !sources.isEmpty();
  }

  /** Departure of what comes next. */
  public long nextNanos() {
    return earliest().head.nanos();
  }

  @Override
  public Departure next() {
    Source source = earliest();
    Departure departure = source.head;
    if (source.rest.hasNext()) {
      source.head = source.rest.next();
    } else {
      sources.remove(source);
    }
    return departure;
  }

  /**
   * A handful of sources: looking at each is as quick as a heap and keeps their order at equal
   * times.
   */
  private Source earliest() {
    if (sources.isEmpty()) {
      throw new NoSuchElementException();
    }
    Source earliest = sources.get(0);
    for (Source source : sources) {
      if (source.head.nanos() < earliest.head.nanos()) {
        earliest = source;
      }
    }
    return earliest;
  }

  private static final class Source {
    private final Iterator<Departure> rest;
    private Departure head;

    Source(Iterator<Departure> departures) {
      rest = departures;
      head = departures.next();
    }
  }
}
