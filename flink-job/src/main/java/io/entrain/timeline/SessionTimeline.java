package io.entrain.timeline;

/**
 * Decides which pane of a session is ready and what it is made of.
 *
 * <h2>Assumptions</h2>
 *
 * <ul>
 *   <li>The log times of a stream's blocks do not go back (one that does counts as the newest
 *       before it).
 *   <li>A watermark of W milliseconds promises that every block with a log time up to W has been
 *       offered.
 * </ul>
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>Panes close in order, one after the other, each once.
 *   <li>For a pane with end E let A be the log time at which the first of the streams reached E,
 *       and let the deadline be A plus the allowed lateness. A pane is made of exactly those parts
 *       of accepted blocks that came by its deadline: neither the order in which different streams
 *       are offered, nor how late a watermark comes, nor a restart changes what it is made of. A
 *       pane whose streams all cover it closes at once.
 *   <li>The log time of a pane is A; where no stream has reached E (the end of the input or of a
 *       stretch), the newest log time of its blocks. It is as much a function of the logs as what
 *       the pane is made of, and {@link SessionState#logMillis}, its maximum so far, never goes
 *       back: what depends on it changes once in a session, between two panes.
 *   <li>A block is used, or handed back through {@link Verdict} or {@link PaneVisitor#late}, or
 *       still kept. Nothing is forgotten in silence.
 *   <li>When the clocks of all live streams jump by more than the limit, the session begins a new
 *       stretch where they went. A stream that jumps alone is given up until it comes back or the
 *       others follow. This, too, is a function of the logs, but where a stream jumps while another
 *       one is silent for longer than the allowed lateness, or long after it.
 *   <li>A stream that covers a time again gets the same verdict however far the session has come.
 * </ul>
 *
 * The algorithm has no state of its own; all of it stands in {@link SessionState}.
 */
public final class SessionTimeline {
  private final TimelineSettings settings;

  public SessionTimeline(TimelineSettings settings) {
    this.settings = settings;
  }

  /**
   * Offers a block.
   *
   * @param stream index of its modality
   * @param startNanos first instant it covers, event time
   * @param endNanos first instant it does not cover any more
   * @param logMillis log time at which it came
   */
  public Offer offer(
      SessionState session, int stream, long startNanos, long endNanos, long logMillis) {
    StreamState state = session.streams[stream];
    long log = Math.max(logMillis, state.lastLogMillis);
    state.lastLogMillis = log;
    if (isRepeat(state.offered, startNanos, endNanos)
        || isRepeat(state.before, startNanos, endNanos)) {
      return new Offer(Verdict.BACK_IN_TIME, startNanos);
    }
    if (jumps(session, state, startNanos)) {
      return offerAway(session, state, startNanos, endNanos, log);
    }
    state.comeBack();
    return offerHere(session, state, startNanos, endNanos, log);
  }

  /** Gaps further back than a jump of the clock are forgotten. */
  private void cover(Coverage coverage, long start, long end) {
    coverage.add(start, end);
    if (coverage.highNanos > Long.MIN_VALUE + settings.clockJumpNanos()) {
      coverage.forgetThrough(coverage.highNanos - settings.clockJumpNanos());
    }
  }

  /** Whether the stream stood where the block is and has covered that already. */
  private boolean isRepeat(Coverage offered, long start, long end) {
    return offered.overlaps(start, end) && !far(start, offered.highNanos);
  }

  /**
   * Far from its own stream; ahead of that, from where the session stands, too, which the other
   * streams may have brought on meanwhile. What lies far back does not ask for the session: how far
   * it has come by now depends on how far the others were read.
   */
  private boolean jumps(SessionState session, StreamState state, long start) {
    Coverage offered = state.offered;
    if (offered.any && !far(start, offered.highNanos)) {
      return false;
    }
    boolean back = offered.any && start < offered.highNanos;
    return back || (session.opened && far(start, session.nextPane * settings.hopNanos()));
  }

  /**
   * The difference is taken as unsigned, so that the ends of the range of stamps are far apart,
   * too.
   */
  private boolean far(long start, long from) {
    long distance = start > from ? start - from : from - start;
    return Long.compareUnsigned(distance, settings.clockJumpNanos()) > 0;
  }

  private Offer offerAway(SessionState session, StreamState state, long start, long end, long log) {
    Coverage elsewhere = state.elsewhere;
    if (elsewhere.any && far(start, elsewhere.highNanos)) {
      return new Offer(Verdict.CLOCK_JUMP, start);
    }
    if (elsewhere.overlaps(start, end)) {
      return new Offer(Verdict.BACK_IN_TIME, start);
    }
    cover(elsewhere, start, end);
    if (state.stray && !othersAway(session, state)) {
      return new Offer(Verdict.CLOCK_JUMP, start);
    }
    if (!state.left()) {
      state.leftMillis = log;
      state.stray = false;
    }
    state.held.add(start, end, log, false);
    return new Offer(Verdict.HELD, start);
  }

  private static boolean othersAway(SessionState session, StreamState except) {
    for (StreamState other : session.streams) {
      if (other != except && other.offered.any && !other.away()) {
        return false;
      }
    }
    return true;
  }

  private Offer offerHere(SessionState session, StreamState state, long start, long end, long log) {
    if (state.offered.overlaps(start, end)) {
      return new Offer(Verdict.BACK_IN_TIME, start);
    }
    cover(state.offered, start, end);
    long frontier = session.closedAny ? session.nextPane * settings.hopNanos() : Long.MIN_VALUE;
    long from = Math.max(start, frontier);
    if (from >= end) {
      return new Offer(Verdict.TOO_LATE, start);
    }
    long pane = Math.floorDiv(from, settings.hopNanos());
    session.nextPane = session.opened ? Math.min(session.nextPane, pane) : pane;
    session.opened = true;
    state.open.add(from, end, log, from > start);
    return new Offer(from > start ? Verdict.ACCEPTED_IN_PART : Verdict.ACCEPTED, from);
  }

  /**
   * Closes the next pane if it is ready.
   *
   * @param watermarkMillis log time up to which every block has been offered; {@link
   *     Long#MAX_VALUE} at the end of the input, which closes a last pane that is covered in part,
   *     too
   * @param horizonMillis a pane with a later log time is not closed yet
   * @return whether a pane was closed that has anything in it or follows one that had; it is pane
   *     {@code nextPane - 1}
   */
  public boolean closeNext(
      SessionState session, long watermarkMillis, long horizonMillis, PaneVisitor visitor) {
    while (true) {
      settleJumps(session, watermarkMillis, visitor);
      if (!session.opened) {
        return false;
      }
      long start = session.nextPane * settings.hopNanos();
      long deadline = deadlineMillis(session, start + settings.hopNanos());
      if (!ready(session, start, deadline, watermarkMillis)) {
        if (everyoneAway(session, watermarkMillis) && noneOpen(session)) {
          beginStretch(session, visitor);
          continue;
        }
        return false;
      }
      long log = logMillis(session, start + settings.hopNanos(), deadline);
      if (log > horizonMillis) {
        visitor.beyondHorizon(log);
        return false;
      }
      if (close(session, start, deadline, log, visitor)) {
        return true;
      }
    }
  }

  /**
   * The log time at which the session must be looked at again, because its next pane will be ready
   * then, or a jump decided, whatever comes; {@link Long#MAX_VALUE} where only new blocks can
   * change anything.
   */
  public long nextDeadlineMillis(SessionState session) {
    long next = Long.MAX_VALUE;
    if (session.opened) {
      next = deadlineMillis(session, (session.nextPane + 1) * settings.hopNanos());
    }
    for (StreamState state : session.streams) {
      if (state.left()) {
        next = Math.min(next, later(state.leftMillis));
      }
    }
    return next;
  }

  private long deadlineMillis(SessionState session, long end) {
    long reached = Long.MAX_VALUE;
    for (StreamState state : session.streams) {
      reached = Math.min(reached, state.open.reachedMillis(end));
    }
    return later(reached);
  }

  /** Log time of the pane that ends at {@code end}. */
  private long logMillis(SessionState session, long end, long deadline) {
    if (deadline != Long.MAX_VALUE) {
      return deadline - settings.latenessMillis();
    }
    long newest = Long.MIN_VALUE;
    for (StreamState state : session.streams) {
      newest = Math.max(newest, state.open.newestMillisBefore(end));
    }
    return newest;
  }

  private long later(long millis) {
    return millis == Long.MAX_VALUE ? millis : millis + settings.latenessMillis();
  }

  private boolean ready(SessionState session, long start, long deadline, long watermarkMillis) {
    if (deadline == Long.MAX_VALUE) {
      boolean ended = watermarkMillis == Long.MAX_VALUE || everyoneAway(session, watermarkMillis);
      return ended && !noneOpen(session);
    }
    if (watermarkMillis >= deadline || everyoneAway(session, watermarkMillis)) {
      return true;
    }
    for (StreamState state : session.streams) {
      boolean decided = state.lastLogMillis > deadline;
      if (!decided && !state.open.cover(start, start + settings.hopNanos())) {
        return false;
      }
    }
    return true;
  }

  /** Closes the pane; false where it is an empty one before the first of its stretch. */
  private boolean close(
      SessionState session, long start, long deadline, long log, PaneVisitor visitor) {
    long end = start + settings.hopNanos();
    boolean used = false;
    for (int stream = 0; stream < session.streams.length; stream++) {
      used |= closeStream(session.streams[stream], stream, start, end, deadline, visitor);
    }
    session.nextPane++;
    if (!used && !session.closedAny) {
      return false;
    }
    session.closedAny = true;
    session.closedPanes++;
    session.logMillis = Math.max(session.logMillis, log);
    return true;
  }

  private static boolean closeStream(
      StreamState state, int stream, long start, long end, long deadline, PaneVisitor visitor) {
    PendingSpans open = state.open;
    int done = 0;
    boolean used = false;
    for (int i = 0; i < open.size && open.startNanos[i] < end; i++) {
      long key = open.startNanos[i];
      if (open.logMillis[i] <= deadline) {
        long from = Math.max(key, start);
        long to = Math.min(open.endNanos[i], end);
        visitor.use(stream, key, from, to, open.logMillis[i]);
        used = true;
      } else if (!open.reportedLate[i]) {
        visitor.late(stream, key);
        open.reportedLate[i] = true;
      }
      if (open.endNanos[i] <= end) {
        done++;
      }
    }
    for (int i = 0; i < done; i++) {
      visitor.release(stream, open.startNanos[i]);
    }
    open.dropFirst(done);
    return used;
  }

  /** Gives up the streams that jumped alone, once it is known that another one stayed. */
  private void settleJumps(SessionState session, long watermarkMillis, PaneVisitor visitor) {
    for (int stream = 0; stream < session.streams.length; stream++) {
      StreamState state = session.streams[stream];
      if (!state.left()) {
        if (state.held.size > 0) {
          dropHeld(state, stream, visitor);
        }
      } else if (!othersAway(session, state)) {
        settle(session, stream, watermarkMillis, visitor);
      }
    }
  }

  private void settle(SessionState session, int stream, long watermarkMillis, PaneVisitor visitor) {
    StreamState state = session.streams[stream];
    long deadline = later(state.leftMillis);
    boolean alive = false;
    if (someUnheard(session) && watermarkMillis < deadline) {
      return;
    }
    for (StreamState other : session.streams) {
      if (other != state && other.offered.any && !other.away()) {
        if (other.lastLogMillis <= deadline && watermarkMillis < deadline) {
          return;
        }
        alive |= other.lastLogMillis > state.leftMillis;
      }
    }
    if (alive) {
      dropHeld(state, stream, visitor);
      state.giveUp();
    } else {
      for (StreamState other : session.streams) {
        other.stray |= other != state && !other.left();
      }
    }
  }

  private static void dropHeld(StreamState state, int stream, PaneVisitor visitor) {
    for (int i = 0; i < state.held.size; i++) {
      visitor.jumped(stream, state.held.startNanos[i]);
    }
    state.held.dropFirst(state.held.size);
  }

  /** Whether no stream is left on the timeline; one that was never heard may still come there. */
  private boolean everyoneAway(SessionState session, long watermarkMillis) {
    boolean anyLeft = false;
    for (StreamState state : session.streams) {
      if (state.offered.any && !state.away()) {
        return false;
      }
      if (state.left()) {
        anyLeft = true;
        if (someUnheard(session) && watermarkMillis < later(state.leftMillis)) {
          return false;
        }
      }
    }
    return anyLeft;
  }

  private static boolean someUnheard(SessionState session) {
    for (StreamState state : session.streams) {
      if (!state.offered.any && !state.away()) {
        return true;
      }
    }
    return false;
  }

  private static boolean noneOpen(SessionState session) {
    for (StreamState state : session.streams) {
      if (state.open.size > 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The earliest stream to jump leads; one that went elsewhere is off the new stretch's timeline.
   */
  private void beginStretch(SessionState session, PaneVisitor visitor) {
    long leader = leaderNanos(session);
    long first = Long.MAX_VALUE;
    for (int stream = 0; stream < session.streams.length; stream++) {
      StreamState state = session.streams[stream];
      boolean elsewhere = state.held.size > 0 && far(state.held.startNanos[0], leader);
      if (elsewhere) {
        dropHeld(state, stream, visitor);
      }
      PendingSpans held = state.held;
      state.held = state.open;
      state.open = held;
      state.comeBack();
      state.before = state.offered;
      state.offered = new Coverage();
      for (int i = 0; i < held.size; i++) {
        cover(state.offered, held.startNanos[i], held.endNanos[i]);
        first = Math.min(first, held.startNanos[i]);
      }
    }
    session.stretch++;
    session.closedPanes = 0;
    session.closedAny = false;
    session.nextPane = Math.floorDiv(first, settings.hopNanos());
    visitor.newStretch(session.stretch);
  }

  private static long leaderNanos(SessionState session) {
    long earliest = Long.MAX_VALUE;
    long nanos = 0;
    for (StreamState state : session.streams) {
      if (state.left() && state.leftMillis < earliest) {
        earliest = state.leftMillis;
        nanos = state.held.startNanos[0];
      }
    }
    return nanos;
  }
}
