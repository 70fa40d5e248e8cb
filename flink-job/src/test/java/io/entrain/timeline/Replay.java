package io.entrain.timeline;

import io.entrain.timeline.LogStream.LogBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Offers the streams of one session in some order of the streams, and writes down what came of it.
 */
final class Replay implements PaneVisitor {
  static final TimelineSettings SETTINGS = new TimelineSettings(20, 2, 100, 1_000);

  private final SessionTimeline timeline = new SessionTimeline(SETTINGS);
  private final SessionState session = SessionState.ofStreams(2);
  private final List<LogStream> streams;
  private final int[] next;
  private final List<Map<Long, Integer>> kept = List.of(new HashMap<>(), new HashMap<>());

  /** What came of each block, by stream and place in it; of each pane, by number. */
  final Map<String, String> outcomes = new TreeMap<>();

  private final List<String> parts = new ArrayList<>();
  private int panes;

  private Replay(List<LogStream> streams) {
    this.streams = streams;
    this.next = new int[streams.size()];
  }

  /**
   * What becomes of the blocks.
   *
   * @param random chooses the stream that is read next, for a while; null: in the order of the logs
   */
  static Map<String, String> of(List<LogStream> streams, Random random) {
    Replay replay = new Replay(streams);
    int stream = 0;
    int run = 0;
    while (replay.hasMore()) {
      if (random == null) {
        stream = replay.headLog(0) <= replay.headLog(1) ? 0 : 1;
      } else if (run-- == 0) {
        stream = random.nextInt(2);
        run = random.nextInt(40);
      }
      if (replay.headLog(stream) == Long.MAX_VALUE) {
        stream = 1 - stream;
      }
      replay.offer(stream);
    }
    replay.close(Long.MAX_VALUE);
    return replay.outcomes;
  }

  private boolean hasMore() {
    return headLog(0) != Long.MAX_VALUE || headLog(1) != Long.MAX_VALUE;
  }

  private long headLog(int stream) {
    List<LogBlock> blocks = streams.get(stream).blocks();
    return next[stream] < blocks.size() ? blocks.get(next[stream]).logMillis() : Long.MAX_VALUE;
  }

  private void offer(int stream) {
    int place = next[stream]++;
    LogBlock block = streams.get(stream).blocks().get(place);
    Offer offer =
        timeline.offer(session, stream, block.startNanos(), block.endNanos(), block.logMillis());
    if (offer.verdict().kept()) {
      kept.get(stream).put(offer.keyNanos(), place);
      note(stream, place, offer.verdict() == Verdict.ACCEPTED_IN_PART ? "TOO_LATE" : "");
    } else {
      note(stream, place, offer.verdict().toString());
    }
    // Everything up to the older head has been offered, but what has the same log time.
    close(Math.min(headLog(0), headLog(1)) - 1);
  }

  private void close(long watermark) {
    while (timeline.closeNext(session, watermark, Long.MAX_VALUE, this)) {
      outcomes.put("pane " + panes++, session.stretch + " " + (session.nextPane - 1) + parts);
      parts.clear();
    }
  }

  private void note(int stream, int place, String what) {
    outcomes.merge("block " + stream + " " + place, what, String::concat);
  }

  @Override
  public void use(int stream, long blockNanos, long fromNanos, long toNanos, long logMillis) {
    parts.add(stream + ": " + fromNanos + " to " + toNanos);
  }

  @Override
  public void late(int stream, long blockNanos) {
    note(stream, kept.get(stream).get(blockNanos), "TOO_LATE");
  }

  @Override
  public void beyondHorizon(long logMillis) {
    throw new AssertionError("there is no horizon");
  }

  @Override
  public void release(int stream, long blockNanos) {
    kept.get(stream).remove(blockNanos);
  }

  @Override
  public void jumped(int stream, long blockNanos) {
    note(stream, kept.get(stream).remove(blockNanos), "CLOCK_JUMP");
  }

  @Override
  public void newStretch(int stretch) {}
}
