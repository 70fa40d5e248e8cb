package io.entrain.inference;

import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The models in model/trained, and windows to feed them. */
final class ShippedModels {
  private ShippedModels() {}

  static List<Path> files() throws java.io.IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
  }

  static Path file(String name) {
    return folder().resolve(name + ".onnx");
  }

  private static Path folder() {
    return root().resolve("model/trained");
  }

  static Path root() {
    return Path.of(System.getProperty("entrain.root", ".."));
  }

  /** Fills row {@code row} with the window number {@code window}: the same wherever it stands. */
  static void fill(OnnxModel model, Batch batch, int row, long window) {
    Random random = new Random(window);
    for (Modality modality : model.contract().modalities()) {
      TensorRows mask = batch.input(modality.maskName());
      TensorRows values = batch.input(modality.name());
      int planes = modality.planes();
      for (int step = 0; step < mask.rowSize(); step++) {
        boolean present = random.nextInt(20) > 0;
        mask.fill(row, step, 1, present ? 1 : 0);
        float[] columns = new float[planes];
        for (int plane = 0; present && plane < planes; plane++) {
          columns[plane] =
              modality.rateHz() > 0
                  ? (float) random.nextGaussian()
                  : Math.max(0, random.nextInt(40) - 37);
        }
        values.put(row, step * planes, columns, 0, planes);
      }
    }
    for (State state : model.contract().states()) {
      float[] values = new float[state.size()];
      float sum = 0;
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat();
        sum += values[i];
      }
      for (int i = 0; i < values.length; i++) {
        values[i] /= sum;
      }
      batch.input(state.name()).put(row, values);
    }
  }
}
