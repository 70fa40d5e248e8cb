package io.entrain.job;

import io.entrain.wire.v1.Lag;
import io.entrain.wire.v1.Reason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** The metrics of the decode operator, under the group {@code entrain}. Names end in their unit. */
final class DecodeMetrics {
  /** Values that a histogram remembers. */
  private static final int HISTORY = 1000;

  /**
   * Sessions with gauges of their own; a group cannot be taken back, so it must not grow for ever.
   */
  static final int MOST_SESSIONS = 200;

  private final MetricGroup group;
  private final Map<Reason, Counter> rejects = new EnumMap<>(Reason.class);
  private final Map<String, AtomicReference<Lag>> lags = new HashMap<>();
  private final Counter windows;
  private final Counter batches;
  private final Counter maskedPanes;
  private final Counter clockJumps;
  private final Histogram batchWindows;
  private final Histogram inferenceMicros;
  private final Histogram latencyMillis;
  private final Counter swaps;
  private final Counter refusedModels;
  private final Counter shadowWindows;
  private final Counter shadowSkips;
  private double maskedShare;
  private volatile String modelSha256;

  DecodeMetrics(MetricGroup operator, WindowQueue queue, String modelSha256) {
    group = operator.addGroup("entrain");
    this.modelSha256 = modelSha256;
    swaps = group.counter("swaps");
    refusedModels = group.counter("refusedModels");
    shadowWindows = group.counter("shadowWindows");
    shadowSkips = group.counter("shadowSkips");
    group.gauge("modelSha256", () -> this.modelSha256);
    windows = group.counter("windows");
    batches = group.counter("batches");
    maskedPanes = group.counter("maskedPanes");
    clockJumps = group.counter("clockJumps");
    batchWindows = histogram("batchWindows");
    inferenceMicros = histogram("inferenceMicros");
    latencyMillis = histogram("latencyMillis");
    group.gauge("pendingSessions", queue::sessions);
    group.gauge("pendingWindows", queue::size);
    group.gauge("maskedShare", () -> maskedShare);
    for (Reason reason : Reason.values()) {
      if (reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED) {
        rejects.put(reason, group.addGroup("reason", reason.name()).counter("rejected"));
      }
    }
  }

  private Histogram histogram(String name) {
    return group.histogram(name, new DescriptiveStatisticsHistogram(HISTORY));
  }

  void rejected(Reason reason) {
    rejects.get(reason).inc();
  }

  /** An announcement was refused. */
  void refused(Reason reason) {
    rejected(reason);
    refusedModels.inc();
  }

  /** The first pane of a model's term came. */
  void swapped(String sha256) {
    modelSha256 = sha256;
    swaps.inc();
  }

  void shadowDecoded() {
    shadowWindows.inc();
  }

  void shadowSkipped() {
    shadowSkips.inc();
  }

  void jumped() {
    clockJumps.inc();
  }

  void batch(int size, long micros) {
    batches.inc();
    windows.inc(size);
    batchWindows.update(size);
    inferenceMicros.update(micros);
  }

  /**
   * A window was emitted whose newest pane was present by this share, on average over the
   * modalities.
   */
  void emitted(long latency, double presentShare) {
    latencyMillis.update(latency);
    maskedShare += 0.01 * (1 - presentShare - maskedShare);
    if (presentShare < 1) {
      maskedPanes.inc();
    }
  }

  /**
   * The newest lag of a session, its standard deviation, and the headroom of a model that tells.
   */
  void lag(String session, Lag newest) {
    AtomicReference<Lag> held = lags.get(session);
    if (held == null) {
      if (lags.size() == MOST_SESSIONS) {
        return;
      }
      held = new AtomicReference<>(newest);
      lags.put(session, held);
      addGauges(group.addGroup("session", session), held, newest.hasHeadroom());
    }
    held.set(newest);
  }

  private static void addGauges(
      MetricGroup session, AtomicReference<Lag> newest, boolean headroom) {
    session.gauge("lagMillis", () -> newest.get().getMillis());
    session.gauge("lagSdMillis", () -> newest.get().getSdMillis());
    if (headroom) {
      session.gauge("headroom", () -> newest.get().getHeadroom());
    }
  }
}
