package io.entrain.scoring;

import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Truth;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Joins what was decoded with what was true, as both arrive, and scores every model by its name.
 *
 * <h2>Assumptions</h2>
 *
 * The records of one session and model come in order, as do the rows of truth of one session;
 * between the two there is no order.
 *
 * <h2>Guarantees</h2>
 *
 * The truth of a window that ends at E is the last row in [E − hop, E); a window waits until that
 * row is certain. Repeats of a window (after a restart of the job) count once. Windows of a warm-up
 * are counted, not scored.
 */
public final class Scoreboard {
  private final Map<String, Duration> hops;
  private final Map<String, TruthTrack> truths = new HashMap<>();
  private final Map<String, ModelTally> models = new TreeMap<>();
  private final Map<String, Stream> streams = new HashMap<>();
  private final Map<String, Long> scoredFrom = new HashMap<>();

  /** The windows of one session and model: the newest seen, and those that wait for their truth. */
  private static final class Stream {
    private final Deque<Decoded> waiting = new ArrayDeque<>();
    private int stretch = -1;
    private long endNanos;

    boolean isRepeat(Decoded decoded) {
      if (decoded.getStretch() < stretch
          || (decoded.getStretch() == stretch && decoded.getWindowEndNanos() <= endNanos)) {
        return true;
      }
      stretch = decoded.getStretch();
      endNanos = decoded.getWindowEndNanos();
      return false;
    }
  }

  /** {@code hops}: the hop of each model that may appear. */
  public Scoreboard(Map<String, Duration> hops) {
    this.hops = Map.copyOf(hops);
  }

  /**
   * Windows of a session that end at or before {@code nanos} count but are not scored: a lead-in.
   */
  public void scoreFrom(String session, long nanos) {
    scoredFrom.put(session, nanos);
  }

  public void add(Truth truth) {
    truths.computeIfAbsent(truth.getSession(), key -> new TruthTrack()).add(truth);
    for (String model : hops.keySet()) {
      Stream stream = streams.get(key(truth.getSession(), model));
      if (stream != null) {
        settle(stream, truths.get(truth.getSession()));
      }
    }
  }

  /**
   * Adds a decoded record; of repeats the first.
   *
   * @throws IllegalArgumentException where it is of no model named at the start
   */
  public void add(Decoded decoded) {
    if (!hops.containsKey(decoded.getModel())) {
      throw new IllegalArgumentException(
          "decoded by model '" + decoded.getModel() + "', which is none of " + hops.keySet());
    }
    Stream stream =
        streams.computeIfAbsent(key(decoded.getSession(), decoded.getModel()), key -> new Stream());
    if (stream.isRepeat(decoded)) {
      return;
    }
    tally(decoded).count(decoded);
    if (!decoded.getWarmingUp()
        && decoded.getWindowEndNanos()
            > scoredFrom.getOrDefault(decoded.getSession(), Long.MIN_VALUE)) {
      stream.waiting.add(decoded);
      TruthTrack truth = truths.get(decoded.getSession());
      if (truth != null) {
        settle(stream, truth);
      }
    }
  }

  /** No more truth will come: scores what still waits. */
  public void finish() {
    for (Stream stream : streams.values()) {
      for (Decoded decoded : stream.waiting) {
        TruthTrack truth = truths.get(decoded.getSession());
        if (truth != null) {
          score(decoded, truth);
        }
      }
      stream.waiting.clear();
    }
  }

  private void settle(Stream stream, TruthTrack truth) {
    while (!stream.waiting.isEmpty() && truth.reaches(stream.waiting.peek().getWindowEndNanos())) {
      score(stream.waiting.poll(), truth);
    }
  }

  private void score(Decoded decoded, TruthTrack truth) {
    long endNanos = decoded.getWindowEndNanos();
    Truth row = truth.lastIn(endNanos - hops.get(decoded.getModel()).toNanos(), endNanos);
    if (row != null) {
      tally(decoded).score(decoded, row);
    }
  }

  private ModelTally tally(Decoded decoded) {
    return models.computeIfAbsent(decoded.getModel(), ModelTally::new);
  }

  private static String key(String session, String model) {
    return model + "\n" + session;
  }

  /** The score of every model that has decoded something, by name. */
  public List<Score> scores() {
    List<Score> scores = new ArrayList<>();
    models.values().forEach(tally -> scores.add(tally.score()));
    return scores;
  }

  /** The score of one model; of one that has decoded nothing yet an empty one. */
  public Score score(String model) {
    return models.getOrDefault(model, new ModelTally(model)).score();
  }
}
