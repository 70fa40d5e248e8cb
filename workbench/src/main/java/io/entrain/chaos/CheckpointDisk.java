package io.entrain.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The disk under the checkpoints, which can be full for a while.
 *
 * <p>Where this process may mount, it is a small file system in memory of its own, and full means
 * full: a file takes all that is left, and writes end with "No space left on device". Where it may
 * not, full means that nothing can be made in the folder: its write permission is taken away, and
 * that of the folders in it, which holds for everybody but root.
 */
final class CheckpointDisk implements AutoCloseable {
  /** Many times what the checkpoints of a few sessions take. */
  private static final String SIZE = "96m";

  private static final int PIECE_BYTES = 4096;

  /** How soon space is taken that a checkpoint before gives back. */
  private static final long GLANCE_MILLIS = 2;

  private static final long PATIENCE_SECONDS = 10;

  private final Path folder;
  private final boolean mounted;
  private Thread filler;
  private final Thread unmount = new Thread(this::unmount, "unmount");

  private CheckpointDisk(Path folder, boolean mounted) {
    this.folder = folder;
    this.mounted = mounted;
    if (mounted) {
      // Short of SIGKILL, no file system outlives this process.
      Runtime.getRuntime().addShutdownHook(unmount);
    }
  }

  /**
   * A folder that can be full.
   *
   * @throws ChaosException where neither way is open: root that may not mount, as in a container
   */
  static CheckpointDisk thatCanBeFull(Path folder) {
    boolean mounted =
        succeeds("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "entrain", folder.toString());
    CheckpointDisk disk = new CheckpointDisk(folder, mounted);
    if (!mounted) {
      disk.fill();
      boolean holds = !Files.isWritable(folder);
      disk.free();
      if (!holds) {
        throw new ChaosException(
            "no disk here can be made full: root may write to every folder, and mounts are refused;"
                + " leave disk-full out of --faults, or run as another user",
            null);
      }
    }
    return disk;
  }

  /** What full means here, for people. */
  String manner() {
    return mounted ? "no space is left under the checkpoints" : "checkpoints cannot be written";
  }

  /** No space is left from now on, also where a checkpoint that was there is deleted. */
  void fill() {
    if (mounted) {
      takeAll();
      filler = new Thread(this::keepFull, "full disk");
      filler.setDaemon(true);
      filler.start();
    } else {
      permit("r-xr-xr-x");
    }
  }

  private void keepFull() {
    while (!Thread.currentThread().isInterrupted()) {
      takeAll();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(GLANCE_MILLIS));
    }
  }

  private void takeAll() {
    byte[] piece = new byte[PIECE_BYTES];
    try (OutputStream output =
        Files.newOutputStream(ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        output.write(piece);
      }
    } catch (IOException full) {
      // As it was meant.
    }
  }

  /** There is space again. */
  void free() {
    try {
      if (mounted) {
        stopFilling();
        Files.deleteIfExists(ballast());
      } else {
        permit("rwxr-xr-x");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void stopFilling() {
    if (filler != null) {
      filler.interrupt();
      try {
        filler.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      filler = null;
    }
  }

  private Path ballast() {
    return folder.resolve("ballast");
  }

  /** Of the folder and those in it: a job's checkpoints have one of their own. */
  private void permit(String permissions) {
    try (var folders = Files.walk(folder, 2)) {
      for (Path one : folders.filter(Files::isDirectory).toList()) {
        Files.setPosixFilePermissions(one, PosixFilePermissions.fromString(permissions));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException notThere) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosException("interrupted", e);
    }
  }

  private void unmount() {
    // Lazily: a process that was killed may be on its way out.
    if (!succeeds("umount", "-l", folder.toString())) {
      System.err.println("entrain: " + folder + " is still mounted");
    }
  }

  @Override
  public void close() {
    if (mounted) {
      stopFilling();
      Runtime.getRuntime().removeShutdownHook(unmount);
      unmount();
    }
  }
}
