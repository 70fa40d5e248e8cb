package io.entrain.soak;

import io.entrain.recording.Departure;
import io.entrain.recording.Playback;
import io.entrain.recording.Session;
import io.entrain.recording.Span;
import io.entrain.wire.Block;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Queue;

/** All blocks of a run in the order in which they leave; visits are opened as they come. */
final class Traffic implements Iterator<Message> {
  private final List<Session> tapes;
  private final Queue<Visit> coming;
  private final PriorityQueue<Player> playing = new PriorityQueue<>();

  /** {@code visits} in the order in which they begin. */
  Traffic(List<Visit> visits, List<Session> tapes) {
    this.tapes = tapes;
    coming = new ArrayDeque<>(visits);
  }

  @Override
  public boolean hasNext() {
    return !playing.isEmpty() || !coming.isEmpty();
  }

  @Override
  public Message next() {
    while (!coming.isEmpty()
        && (playing.isEmpty()
            || coming.element().startMillis() <= playing.element().next.millis())) {
      Visit visit = coming.remove();
      keep(new Player(visit, tapes.get(visit.tape())));
    }
    if (playing.isEmpty()) {
      throw new NoSuchElementException();
    }
    Player player = playing.remove();
    Message message = player.next;
    keep(player);
    return message;
  }

  private void keep(Player player) {
    if (player.advance()) {
      playing.add(player);
    }
  }

  /** A visit that is under way. */
  private static final class Player implements Comparable<Player> {
    private static final Comparator<Player> ORDER =
        Comparator.<Player>comparingLong(player -> player.next.millis())
            .thenComparing(player -> player.visit.session());

    private final Visit visit;
    private final Playback playback;
    private Message next;

    Player(Visit visit, Session tape) {
      this.visit = visit;
      Session part = tape.between(new Span(0, visit.seconds() * 1_000_000_000L));
      playback = new Playback().add(part, visit.session(), Playback.BLOCK_NANOS);
    }

    /** Goes on to the next block that is not missing; whether there is one. */
    boolean advance() {
      while (playback.hasNext()) {
        Departure departure = playback.next();
        Block block = departure.block();
        // What the lag would let leave before the session begins leaves when it begins.
        long millis = Math.max(0, departure.nanos() / 1_000_000);
        if (block != null && !visit.gone().covers(block.modality(), millis)) {
          next = new Message(visit.startMillis() + millis, onItsClock(block));
          return true;
        }
      }
      return false;
    }

    private Block onItsClock(Block block) {
      return new Block(
          block.session(),
          block.modality(),
          block.sequence(),
          block.startNanos() + visit.deviceNanos(),
          block.endNanos() + visit.deviceNanos(),
          block.events(),
          block.samples());
    }

    @Override
    public int compareTo(Player other) {
      return ORDER.compare(this, other);
    }
  }
}
