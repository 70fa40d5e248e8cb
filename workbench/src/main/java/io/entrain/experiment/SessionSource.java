package io.entrain.experiment;

import io.entrain.recording.Session;
import io.entrain.recording.Span;
import io.entrain.world.InjectedLag;
import io.entrain.world.LagPlan;
import io.entrain.world.World;

/**
 * Where the sessions of an experiment come from: the same conditions and seed, the same session.
 */
interface SessionSource {
  /** Of the subject or the recording. */
  String name();

  /** The session under the conditions, whole. */
  Session session(Conditions conditions, long seed);

  /** When scoring may begin. */
  long scoredFromNanos();

  /** Where the first block of time begins that figures are drawn from. */
  long blocksFromNanos();

  /** A subject of the simulated world. */
  record OfTheWorld(long subject, int seconds) implements SessionSource {
    @Override
    public String name() {
      return "subject-" + subject;
    }

    @Override
    public Session session(Conditions conditions, long seed) {
      return World.session(conditions.world(subject, seed, seconds));
    }

    @Override
    public long scoredFromNanos() {
      return Long.MIN_VALUE;
    }

    @Override
    public long blocksFromNanos() {
      return 0;
    }
  }

  /**
   * The part of a recording from {@code sentFromNanos} on.
   *
   * @param base the recording, its clocks agreeing
   * @param delay the stream that is given a clock of its own
   * @param sentFromNanos where the models' warm-up begins
   */
  record OfARecording(Session base, String delay, long sentFromNanos, long scoredFromNanos)
      implements SessionSource {
    /** A real clock moves slowly; what the models of recordings were trained for. */
    static final LagPlan LAG = new LagPlan(0, 0, 0, 120, 0, 400);

    @Override
    public String name() {
      return base.about().name();
    }

    @Override
    public Session session(Conditions conditions, long seed) {
      Session lagged =
          new InjectedLag(delay, conditions.lag(LAG), conditions.jitterMillis(), seed).into(base);
      Span there = lagged.span();
      Session part =
          lagged.between(new Span(Math.max(there.startNanos(), sentFromNanos), there.endNanos()));
      return conditions.missing().isEmpty() ? part : part.without(conditions.missing());
    }

    @Override
    public long blocksFromNanos() {
      return base.span().startNanos();
    }
  }
}
