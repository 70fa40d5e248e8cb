package io.entrain.experiment;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where an experiment finds what its plan names.
 *
 * @param root of the checkout: the models that come with Entrain, recordings' descriptions, results
 * @param data where recordings' files are; null: beside their descriptions
 * @param models where else models are looked for, first; null for nowhere
 */
public record Places(Path root, Path data, Path models) {
  private static final String INCREMENTAL = "-incremental.onnx";

  /**
   * The file of a model: its incremental form where it has one, which says the same in less time.
   * Null where there is none.
   */
  Path model(String name) {
    if (name.endsWith(".onnx")) {
      Path file = Path.of(name);
      return Files.isRegularFile(file) ? file : null;
    }
    for (Path folder : new Path[] {models, root.resolve("model/trained")}) {
      for (String ending : new String[] {INCREMENTAL, ".onnx"}) {
        Path file = folder == null ? null : folder.resolve(name + ending);
        if (file != null && Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    return null;
  }

  /** A recording's YAML file or folder, under {@code data} or the checkout; null where none is. */
  Path recording(String name) {
    for (Path folder : new Path[] {data, root}) {
      Path path = folder == null ? null : folder.resolve(name);
      if (path != null && Files.exists(path)) {
        return path;
      }
    }
    return null;
  }

  /** A file of the checkout. */
  Path file(String name) {
    return root.resolve(name);
  }
}
