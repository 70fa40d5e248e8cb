package io.entrain.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the launcher tells: where the files are that come with Entrain ({@code entrain.root}), and
 * whether a person is watching ({@code entrain.terminal}).
 */
final class Installation {
  private static final Path ROOT = Path.of(System.getProperty("entrain.root", "."));

  private Installation() {}

  /** Whether standard output is a terminal that can redraw. */
  static boolean onTerminal() {
    return Boolean.getBoolean("entrain.terminal");
  }

  /** The checkout. */
  static Path root() {
    return ROOT;
  }

  /**
   * A model that comes with Entrain.
   *
   * @throws IllegalStateException where it is not there
   */
  static Path model(String name) {
    return present(ROOT.resolve("model/trained").resolve(name + ".onnx"));
  }

  /** The jar that goes to a cluster, built by {@code ./mvnw package}. */
  static Path jobJar() {
    return present(ROOT.resolve("flink-job/target/entrain-job.jar"));
  }

  private static Path present(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(
          file.toAbsolutePath().normalize()
              + " is not there; start from a whole checkout, with ./entrain");
    }
    return file.toAbsolutePath().normalize();
  }
}
