package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.pane.BlockGate;
import io.entrain.pane.PaneBuilder;
import io.entrain.timeline.Offer;
import io.entrain.timeline.PaneVisitor;
import io.entrain.timeline.SessionTimeline;
import io.entrain.timeline.TimelineSettings;
import io.entrain.timeline.Verdict;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.BlockReading;
import io.entrain.wire.v1.Reason;
import java.util.concurrent.TimeUnit;

/**
 * Takes the blocks of the current session into its timeline, and stores its panes when they close.
 */
final class SessionPanes implements PaneVisitor {
  /** What the panes of a session lead to besides panes. */
  interface Outlet {
    void reject(RawRecord raw, Reason reason, String detail);

    /** A stream's clock jumped; its blocks are held. */
    void held(Block block);

    /** What was decided of the session so far belongs to the stretch before. */
    void newStretch(int stretch) throws Exception;
  }

  private final ModelContract contract;
  private final BlockGate gate;
  private final SessionTimeline timeline;
  private final PaneBuilder builder;
  private final SessionStore store;
  private final Outlet outlet;

  // The pane being closed; the visitor's methods run only inside closeNext.
  private SessionRow closing;
  private long arrivedMillis;
  private boolean beyondHorizon;

  SessionPanes(ModelContract contract, DecodeSettings settings, SessionStore store, Outlet outlet) {
    this.contract = contract;
    this.store = store;
    this.outlet = outlet;
    gate = new BlockGate(contract, new BlockCodec(settings.maxRecordBytes()));
    timeline =
        new SessionTimeline(
            new TimelineSettings(
                contract.hopNanos(),
                contract.modalities().size(),
                settings.latenessMillis(),
                TimeUnit.MILLISECONDS.toNanos(settings.clockJumpMillis())));
    builder = new PaneBuilder(contract);
  }

  BlockReading read(RawRecord raw) {
    return gate.read(raw.stream(), raw.session(), raw.value());
  }

  void offer(SessionRow session, KeptBlock kept) throws Exception {
    RawRecord raw = kept.raw;
    long start = kept.block.startNanos();
    long end = kept.block.endNanos();
    Offer offer = timeline.offer(session.timeline, raw.stream(), start, end, raw.timestampMillis());
    if (offer.verdict().kept()) {
      store.keep(raw.stream(), offer.keyNanos(), kept);
    }
    Rejections.of(offer.verdict())
        .ifPresent(
            reason -> outlet.reject(raw, reason, Rejections.detail(offer.verdict(), kept.block)));
    if (offer.verdict() == Verdict.HELD) {
      outlet.held(kept.block);
    }
  }

  /** Closes and stores the next pane if it is ready and not beyond the horizon. */
  boolean closeNext(SessionRow session, long watermarkMillis, long horizonMillis) throws Exception {
    closing = session;
    arrivedMillis = Long.MIN_VALUE;
    beyondHorizon = false;
    if (!timeline.closeNext(session.timeline, watermarkMillis, horizonMillis, this)) {
      return false;
    }
    store.putPane(session.timeline.nextPane - 1, builder.build());
    return true;
  }

  /** Log time of the last block that the closed pane waited for. */
  long arrivedMillis() {
    return arrivedMillis == Long.MIN_VALUE ? closing.newestMillis : arrivedMillis;
  }

  /** Whether only the horizon kept the next pane from being closed. */
  boolean isBeyondHorizon() {
    return beyondHorizon;
  }

  /** See {@link SessionTimeline#nextDeadlineMillis}. */
  long nextDeadlineMillis(SessionRow session) {
    return timeline.nextDeadlineMillis(session.timeline);
  }

  @Override
  public void use(int stream, long blockNanos, long fromNanos, long toNanos, long logMillis) {
    KeptBlock kept = kept(stream, blockNanos);
    long pane = closing.timeline.nextPane * contract.hopNanos();
    builder.add(stream, kept.block, pane, fromNanos, toNanos);
    arrivedMillis = Math.max(arrivedMillis, logMillis);
  }

  @Override
  public void late(int stream, long blockNanos) {
    KeptBlock kept = kept(stream, blockNanos);
    outlet.reject(kept.raw, Reason.TOO_LATE, Rejections.detail(Verdict.TOO_LATE, kept.block));
  }

  @Override
  public void beyondHorizon(long logMillis) {
    beyondHorizon = true;
  }

  @Override
  public void release(int stream, long blockNanos) {
    try {
      store.forget(stream, blockNanos);
    } catch (Exception e) {
      throw new StateException(e);
    }
  }

  @Override
  public void jumped(int stream, long blockNanos) {
    KeptBlock kept = kept(stream, blockNanos);
    outlet.reject(kept.raw, Reason.CLOCK_JUMP, Rejections.detail(Verdict.CLOCK_JUMP, kept.block));
    release(stream, blockNanos);
  }

  @Override
  public void newStretch(int stretch) {
    try {
      outlet.newStretch(stretch);
    } catch (Exception e) {
      throw new StateException(e);
    }
    store.startStretch();
    closing.freshPane = 0;
  }

  /** The kept block, read again from its record after a restore. */
  private KeptBlock kept(int stream, long blockNanos) {
    try {
      KeptBlock kept = store.kept(stream, blockNanos);
      if (kept.block == null) {
        kept.block = read(kept.raw).block();
      }
      return kept;
    } catch (Exception e) {
      throw new StateException(e);
    }
  }
}
