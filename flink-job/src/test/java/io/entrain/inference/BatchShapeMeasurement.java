package io.entrain.inference;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Prints, for each shipped model, whether the bits of a row depend on the size of its batch and on
 * its place in it, and what calls of each size cost. The figures are in docs/inference.md. Its name
 * keeps it out of the suite; docs/inference.md has the command.
 */
class BatchShapeMeasurement {
  private static final int WINDOWS = 64;

  /** CPU time of the one thread that runs: other work on the machine disturbs it less. */
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void printsBitsAndCost() throws IOException {
    overhead("tiny (the call alone)", TinyModels.file("tiny"));
    for (Path file : ShippedModels.files()) {
      try (OnnxModel model = OnnxModel.open(file, Provider.CPU)) {
        System.out.println(file.getFileName() + " " + model.sha256().substring(0, 12));
        float[][] reference = results(model, WINDOWS, 0);
        for (int size : new int[] {1, 2, 3, 4, 5, 8, 12, 16, 32, 63}) {
          differences(model, reference, size);
        }
        places(model);
        for (int size : new int[] {1, 2, 4, 8, 16, 32, 64}) {
          cost(model, size, BatchShape.FIXED);
        }
        cost(model, 16, BatchShape.SINGLE);
      }
      overhead(file.getFileName().toString(), file);
    }
  }

  private static void differences(OnnxModel model, float[][] reference, int size) {
    float[][] found = results(model, size, 0);
    int rows = 0;
    float worst = 0;
    for (int w = 0; w < WINDOWS; w++) {
      rows += Arrays.equals(reference[w], found[w]) ? 0 : 1;
      worst = Math.max(worst, distance(reference[w], found[w]));
    }
    System.out.printf(
        "  batch %2d against 64: %2d of %d rows differ, at most %.1e%n",
        size, rows, WINDOWS, worst);
  }

  private static void places(OnnxModel model) {
    for (int size : new int[] {2, 4, 8, 16, 64}) {
      float[][] straight = results(model, size, 0);
      int rows = 0;
      float worst = 0;
      for (int turn = 1; turn < size; turn++) {
        float[][] turned = results(model, size, turn);
        for (int w = 0; w < WINDOWS; w++) {
          rows += Arrays.equals(straight[w], turned[w]) ? 0 : 1;
          worst = Math.max(worst, distance(straight[w], turned[w]));
        }
      }
      System.out.printf(
          "  batch %2d, all places: %2d of %d rows differ, at most %.1e%n",
          size, rows, WINDOWS * (size - 1), worst);
    }
  }

  private static float distance(float[] a, float[] b) {
    float worst = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Math.abs(a[i] - b[i]));
    }
    return worst;
  }

  /** All outputs of each window, called {@code size} at a time, each turned by {@code turn}. */
  static float[][] results(OnnxModel model, int size, int turn) {
    float[][] results = new float[WINDOWS][];
    try (Batch batch = model.batch(size, BatchShape.FIXED)) {
      for (int first = 0; first < WINDOWS; first += size) {
        for (int i = 0; i < size; i++) {
          TrialRows.fill(model, batch, (i + turn) % size, (first + i) % WINDOWS);
        }
        batch.run(size);
        for (int i = 0; i < size; i++) {
          results[(first + i) % WINDOWS] = BatchTrial.outputs(model, batch, (i + turn) % size);
        }
      }
    }
    return results;
  }

  /** What the host adds to the model's own time: copies in and out, the call, garbage. */
  private static void overhead(String name, Path file) {
    try (OnnxModel model = OnnxModel.open(file, Provider.CPU);
        Batch batch = model.batch(1, BatchShape.SINGLE)) {
      List<String> inputs = List.copyOf(model.contract().inputs().keySet());
      List<String> outputs = List.copyOf(model.contract().results().keySet());
      float[][] in = inputs.stream().map(i -> batch.input(i).row(0)).toArray(float[][]::new);
      float[][] out = outputs.stream().map(o -> batch.output(o).row(0)).toArray(float[][]::new);
      double copyMicros =
          medianMicros(
              () -> {
                for (int i = 0; i < in.length; i++) {
                  batch.input(inputs.get(i)).put(0, in[i]);
                }
                for (int i = 0; i < out.length; i++) {
                  batch.output(outputs.get(i)).get(0, out[i]);
                }
              });
      double runMicros = medianMicros(() -> batch.run(1));
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        batch.run(1);
      }
      long bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / 1000;
      System.out.printf(
          "%s: copies %.1f us a window, run %.1f us, garbage %d bytes a call%n",
          name, copyMicros, runMicros, bytes);
    }
  }

  private static double medianMicros(Runnable work) {
    double[] micros = new double[600];
    for (int i = -600; i < micros.length; i++) {
      long start = System.nanoTime();
      work.run();
      if (i >= 0) {
        micros[i] = (System.nanoTime() - start) / 1e3;
      }
    }
    Arrays.sort(micros);
    return micros[micros.length / 2];
  }

  private static void cost(OnnxModel model, int size, BatchShape shape) {
    try (Batch batch = model.batch(size, shape)) {
      for (int i = 0; i < size; i++) {
        TrialRows.fill(model, batch, i, i);
      }
      int calls = Math.max(20, 400 / size);
      for (int i = 0; i < calls / 4; i++) {
        batch.run(size);
      }
      long[] nanos = new long[calls];
      for (int i = 0; i < calls; i++) {
        long start = THREADS.getCurrentThreadCpuTime();
        batch.run(size);
        nanos[i] = THREADS.getCurrentThreadCpuTime() - start;
      }
      Arrays.sort(nanos);
      System.out.printf(
          "  %-6s %2d: %7.0f us CPU a batch, %6.0f us a row (median of %d)%n",
          shape, size, nanos[calls / 2] / 1e3, nanos[calls / 2] / 1e3 / size, calls);
    }
  }
}
