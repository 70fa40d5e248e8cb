package io.entrain.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files that ONNX Runtime unpacks to load them: 24 MB in a temporary folder, which it deletes
 * in an order that leaves the empty folder behind at every exit, and all of it where the process is
 * killed. Linux keeps a loaded file alive without its name, so they can go as soon as they are
 * loaded.
 */
final class UnpackedLibrary {
  private static final Path MAPS = Path.of("/proc/self/maps");

  /** The folder holds these two, and both are loaded once the environment exists. */
  private static final Set<String> FILES = Set.of("libonnxruntime.so", "libonnxruntime4j_jni.so");

  private UnpackedLibrary() {}

  /** Deletes the folder where this is Linux; only for a library that loads nothing more from it. */
  static void delete() {
    if (!Files.isReadable(MAPS)) {
      return;
    }
    try (Stream<String> lines = Files.lines(MAPS)) {
      Set<Path> loaded =
          lines
              .filter(line -> line.contains("/onnxruntime-java"))
              .map(line -> Path.of(line.substring(line.indexOf('/'))))
              .collect(Collectors.toSet());
      for (Path folder : loaded.stream().map(Path::getParent).collect(Collectors.toSet())) {
        // Another class loader of this process may be between its first file and its second.
        if (FILES.stream().allMatch(file -> loaded.contains(folder.resolve(file)))) {
          for (String file : FILES) {
            Files.deleteIfExists(folder.resolve(file));
          }
          Files.deleteIfExists(folder);
        }
      }
    } catch (IOException left) {
      // No harm is done: ONNX Runtime tries again at the exit.
      System.getLogger(UnpackedLibrary.class.getName())
          .log(System.Logger.Level.DEBUG, "the unpacked ONNX Runtime was not deleted", left);
    }
  }
}
