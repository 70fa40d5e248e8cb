package io.entrain.job;

import io.entrain.wire.v1.Reason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
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
  private final Map<String, float[]> lags = new HashMap<>();
  private final Counter windows;
  private final Counter batches;
  private final Counter maskedPanes;
  private final Counter clockJumps;
  private final Histogram batchWindows;
  private final Histogram inferenceMicros;
  private final Histogram latencyMillis;
  private double maskedShare;

  DecodeMetrics(MetricGroup operator, WindowQueue queue) {
    group = operator.addGroup("entrain");
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

  /** The newest lag of a session and its standard deviation. */
  void lag(String session, float millis, float sdMillis) {
    float[] held = lags.get(session);
    if (held == null) {
      if (lags.size() == MOST_SESSIONS) {
        return;
      }
      float[] fresh = new float[2];
      lags.put(session, fresh);
      MetricGroup own = group.addGroup("session", session);
      own.gauge("lagMillis", () -> fresh[0]);
      own.gauge("lagSdMillis", () -> fresh[1]);
      held = fresh;
    }
    held[0] = millis;
    held[1] = sdMillis;
  }
}
