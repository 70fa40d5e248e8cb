package io.entrain.inference;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The models in model/trained. */
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
}
