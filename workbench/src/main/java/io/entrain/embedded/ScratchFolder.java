package io.entrain.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A temporary folder that is deleted with all it holds when it is closed. */
public final class ScratchFolder implements AutoCloseable {
  /**
   * A file may appear while the folder is being walked (an engine thread on its way out), so that
   * the folder is not empty at its turn: walk again, at most this often.
   */
  private static final int ATTEMPTS = 5;

  private final Path path;

  private ScratchFolder(Path path) {
    this.path = path;
  }

  /** A new folder under the JVM's temporary folder, its name beginning with {@code entrain-}. */
  public static ScratchFolder create(String purpose) {
    try {
      return new ScratchFolder(Files.createTempDirectory("entrain-" + purpose + "-"));
    } catch (IOException e) {
      throw new UncheckedIOException("No temporary folder could be made", e);
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    for (int attempt = 1; Files.exists(path); attempt++) {
      try {
        deleteAll();
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw new UncheckedIOException(path + " could not be deleted", e);
        }
      }
    }
  }

  private void deleteAll() throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
