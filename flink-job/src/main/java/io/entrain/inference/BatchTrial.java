package io.entrain.inference;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Tries whether a model gives a row the same bits whatever shares its call: a few hundred made-up
 * rows, each in a call of its own and in fitted calls of every kind. Kernels do not choose by what
 * is in a row but by sizes and places, and all of those are tried; a difference that only few
 * values show can still be missed.
 *
 * <p>A model is tried once a process and capacity: 0.1 to 0.5 s for the shipped ones.
 */
final class BatchTrial {
  /** Passes over all sizes, each with rows in other places. */
  private static final int PASSES = 3;

  /** Every number of rows up to this one is tried, above it powers of two and the capacity. */
  private static final int EVERY_SIZE_TO = 16;

  private static final Map<Tried, Boolean> TRIED = new ConcurrentHashMap<>();

  private record Tried(String sha256, int capacity) {}

  private BatchTrial() {}

  /** The shape that {@link BatchShape#AUTO} stands for. */
  static BatchShape shape(OnnxModel model, int capacity) {
    if (model.provider() == Provider.CUDA) {
      return BatchShape.FIXED;
    }
    Tried key = new Tried(model.sha256(), capacity);
    Boolean same = TRIED.get(key);
    if (same == null) {
      same = isSame(model, capacity);
      TRIED.put(key, same);
    }
    return same ? BatchShape.FITTED : BatchShape.SINGLE;
  }

  private static boolean isSame(OnnxModel model, int capacity) {
    int[] sizes =
        IntStream.rangeClosed(1, capacity)
            .filter(n -> n <= EVERY_SIZE_TO || Integer.bitCount(n) == 1 || n == capacity)
            .toArray();
    float[][] alone = new float[Arrays.stream(sizes).sum()][];
    try (Batch single = new Batch(model, 1, BatchShape.SINGLE);
        Batch fitted = new Batch(model, capacity, BatchShape.FITTED)) {
      for (int row = 0; row < alone.length; row++) {
        TrialRows.fill(model, single, 0, row);
        single.run(1);
        alone[row] = outputs(model, single, 0);
      }
      int window = 0;
      for (int pass = 0; pass < PASSES; pass++) {
        for (int size : sizes) {
          if (!isSame(model, fitted, size, window, alone)) {
            return false;
          }
          window += size;
        }
        window++;
      }
      return true;
    }
  }

  private static boolean isSame(
      OnnxModel model, Batch fitted, int size, int window, float[][] alone) {
    for (int row = 0; row < size; row++) {
      TrialRows.fill(model, fitted, row, (window + row) % alone.length);
    }
    fitted.run(size);
    for (int row = 0; row < size; row++) {
      if (!Arrays.equals(outputs(model, fitted, row), alone[(window + row) % alone.length])) {
        return false;
      }
    }
    return true;
  }

  /** All results of a row, one after the other. */
  static float[] outputs(OnnxModel model, Batch batch, int row) {
    float[] all = new float[0];
    for (String name : model.contract().results().keySet()) {
      float[] values = batch.output(name).row(row);
      int length = all.length;
      all = Arrays.copyOf(all, length + values.length);
      System.arraycopy(values, 0, all, length, values.length);
    }
    return all;
  }
}
