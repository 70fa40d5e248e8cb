package io.entrain.world;

import io.entrain.recording.Labels;
import io.entrain.recording.Signal;
import io.entrain.recording.Span;
import io.entrain.world.WorldOptions.Faults;

/**
 * A simulated session whose lag and faults can be changed while it runs.
 *
 * <h2>Guarantees</h2>
 *
 * Left alone and without noise or gaps it gives what {@link World#session} gives, however its time
 * is cut. What is set takes effect with the next block. Blocks of a stream never overlap: where the
 * clock of the spikes is set back, nothing comes until it has passed what was sent, and what it
 * stamps before that is lost, as with a real clock. {@link #set} and {@link #jumpClock} may be
 * called from any thread.
 */
public final class LiveSession {
  /** Receives what leaves, in order. */
  public interface Sink {
    /** A block: {@code signal} over {@code span}, which it covers. */
    void block(Span span, Signal signal);

    /** A row of truth. */
    void truth(long nanos, double lagMillis, double[] values);
  }

  /** Earliest true time at which anything leaves: before it no lag in range reaches the start. */
  public static final long FIRST_NANOS = -1_000_000_000L;

  private record Setting(LagPlan lag, Faults faults, LagPath path, Clock clock) {}

  private final WorldOptions options;
  private final LiveSource source;
  private final LiveSpikes spikes;
  private final LiveField field;
  private volatile Setting setting;
  private volatile long jumpedNanos;
  private int truthRow;

  public LiveSession(WorldOptions options) {
    this.options = options;
    source = World.source(options);
    spikes = new LiveSpikes(source);
    field = new LiveField(source);
    set(options.lag(), options.faults());
  }

  public String name() {
    return options.name();
  }

  public LagPlan lag() {
    return setting.lag;
  }

  public Faults faults() {
    return setting.faults;
  }

  /** From now on. */
  public void set(LagPlan lag, Faults faults) {
    LagPath path = lag.path(source.seed(), source.span());
    setting = new Setting(lag, faults, path, new Clock(path, faults.jitterMillis(), source.seed()));
  }

  /** From now on all streams and the truth are stamped by so much more; adds up. */
  public synchronized void jumpClock(long nanos) {
    jumpedNanos += nanos;
  }

  /**
   * Lets everything leave that may by a true time.
   *
   * @param nowNanos not before that of the last call
   */
  public void advance(long nowNanos, Sink sink) {
    Setting now = setting;
    long shiftNanos = jumpedNanos;
    truth(nowNanos, now.path, shiftNanos, sink);
    field.advance(nowNanos, now.faults, shiftNanos, sink);
    long stampNanos =
        nowNanos + Math.round(1e6 * (now.path.millisAt(nowNanos) - now.clock.marginMillis()));
    spikes.take(nowNanos, now.clock, now.faults.noise());
    spikes.advance(stampNanos, now.faults, shiftNanos, sink);
  }

  private void truth(long nowNanos, LagPath path, long shiftNanos, Sink sink) {
    Labels labels = source.labels();
    while (truthRow < labels.nanos().length && labels.nanos()[truthRow] <= nowNanos) {
      long nanos = labels.nanos()[truthRow];
      sink.truth(
          nanos + shiftNanos, World.micro(path.millisAt(nanos)), labels.values()[truthRow++]);
    }
  }

  /** Whether all of the session has left. */
  public boolean isDone() {
    return truthRow == source.labels().nanos().length && spikes.isDone() && field.isDone();
  }
}
