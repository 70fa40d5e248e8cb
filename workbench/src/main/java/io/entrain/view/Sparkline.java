package io.entrain.view;

import io.entrain.wire.v1.Decoded;

/** The last twenty seconds of a session in forty points: its lag, or the first thing decoded. */
final class Sparkline {
  static final int POINTS = 40;
  private static final long STEP_NANOS = 500_000_000L;

  private final float[] values = new float[POINTS];
  private int count;
  private long step = Long.MIN_VALUE;

  void add(Decoded decoded) {
    long now = Math.floorDiv(decoded.getWindowEndNanos(), STEP_NANOS);
    if (now != step) {
      step = now;
      values[count++ % POINTS] = value(decoded);
    }
  }

  private static float value(Decoded decoded) {
    if (decoded.hasLag()) {
      return decoded.getLag().getMillis();
    }
    return decoded.getComponentCount() == 0 ? 0 : decoded.getComponent(0).getMean();
  }

  /** Oldest first. */
  float[] values() {
    int size = Math.min(count, POINTS);
    float[] ordered = new float[size];
    for (int i = 0; i < size; i++) {
      ordered[i] = values[(count - size + i) % POINTS];
    }
    return ordered;
  }
}
