package io.entrain.bench.measure;

import java.nio.file.Path;

/**
 * Where and how much a benchmark runs.
 *
 * @param scale how much
 * @param root the checkout, with the trained models
 * @param folder where it may leave files
 */
public record Setting(Scale scale, Path root, Path folder) {
  /** A model that comes with the project. */
  public Path model(String name) {
    return root.resolve("model/trained").resolve(name + ".onnx");
  }
}
