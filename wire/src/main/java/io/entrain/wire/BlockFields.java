package io.entrain.wire;

/**
 * What a {@code SignalBlock} says, field by field, before any rule has been looked at. Arrays are
 * handed on, not copied.
 *
 * @param events null where the message holds none
 * @param samples null where the message holds none
 */
record BlockFields(
    String session,
    String modality,
    long sequence,
    long startNanos,
    long endNanos,
    Block.Events events,
    Samples samples) {

  /**
   * Samples as they are written: float32, or int16 with a scale.
   *
   * @param value {@code [T * C]}, empty where they are int16
   * @param int16Value {@code [T * C]}, empty where they are float32
   */
  record Samples(double rateHz, int channels, float[] value, int[] int16Value, float scale) {
    int size() {
      return value.length + int16Value.length;
    }

    private Block.Samples toSamples() {
      if (int16Value.length == 0) {
        return new Block.Samples(rateHz, channels, value);
      }
      float[] scaled = new float[int16Value.length];
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] = int16Value[i] * scale;
      }
      return new Block.Samples(rateHz, channels, scaled);
    }
  }

  /** The block; only of fields that keep {@link BlockRules}. */
  Block toBlock() {
    return new Block(
        session,
        modality,
        sequence,
        startNanos,
        endNanos,
        events,
        samples == null ? null : samples.toSamples());
  }
}
