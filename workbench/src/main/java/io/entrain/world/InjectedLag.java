package io.entrain.world;

import io.entrain.recording.EventSignal;
import io.entrain.recording.KnownLag;
import io.entrain.recording.Session;
import io.entrain.recording.Signal;
import io.entrain.recording.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * A recording one of whose streams is stamped by a clock of our choosing. The labels and the other
 * streams keep their clock. At both ends as much is left out as the lag can reach, so that what
 * remains is covered by real events throughout.
 *
 * @param modality the stream that is delayed; must hold events
 * @param plan how the lag moves
 * @param jitterMillis sd of the shift of each 20 ms packet
 * @param seed of the lag's path and the jitter
 */
public record InjectedLag(String modality, LagPlan plan, double jitterMillis, long seed) {
  private static final long STEP_NANOS = 10_000_000L;
  private static final long SECOND_NANOS = 1_000_000_000L;

  public Session into(Session session) {
    if (!(session.signal(modality) instanceof EventSignal events)) {
      throw new IllegalArgumentException(
          modality + " holds samples; a lag can be injected only into events");
    }
    LagPath path = plan.path(seed, session.span());
    Clock clock = new Clock(path, jitterMillis, seed);
    Span covered = covered(session, path, clock.marginMillis());
    List<Signal> signals = new ArrayList<>();
    for (Signal signal : session.signals()) {
      signals.add(
          signal == events
              ? clock.stamp(events, covered)
              : signal.between(session.span(), covered));
    }
    return new Session(
        session.about(), covered, signals, session.labels(), known(path, clock, session.span()));
  }

  /** Less the reach of the lag at both ends, in whole seconds from the start. */
  private Span covered(Session session, LagPath path, double marginMillis) {
    double reachMillis = marginMillis;
    for (long nanos = session.span().startNanos();
        nanos < session.span().endNanos();
        nanos += STEP_NANOS) {
      reachMillis = Math.max(reachMillis, Math.abs(path.millisAt(nanos)) + marginMillis);
    }
    long reach = (long) Math.ceil(reachMillis / 1000) * SECOND_NANOS;
    if (session.span().nanos() <= 2 * reach) {
      throw new IllegalArgumentException(
          "session "
              + session.about().name()
              + " is shorter than twice the reach of the lag, "
              + Math.round(reachMillis)
              + " ms; lower the lag");
    }
    return new Span(session.span().startNanos() + reach, session.span().endNanos() - reach);
  }

  private KnownLag known(LagPath path, Clock clock, Span span) {
    int size = (int) (span.nanos() / STEP_NANOS);
    long[] nanos = new long[size];
    double[] millis = new double[size];
    for (int i = 0; i < size; i++) {
      nanos[i] = span.startNanos() + i * STEP_NANOS;
      millis[i] = path.millisAt(nanos[i]);
    }
    return new KnownLag(modality, clock.marginMillis(), nanos, millis);
  }
}
