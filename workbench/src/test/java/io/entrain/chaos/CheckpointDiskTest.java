package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDiskTest {
  @TempDir Path folder;

  @Test
  void takesNothingWhileItIsFullAndKeepsWhatItHas() throws IOException {
    Path job = folder.resolve("job");
    try (CheckpointDisk disk = disk()) {
      Files.createDirectories(job);
      Files.writeString(job.resolve("before"), "kept");
      Files.write(job.resolve("older"), new byte[1 << 20]);
      disk.fill();
      assertThatThrownBy(() -> Files.writeString(job.resolve("meanwhile"), "lost"))
          .isInstanceOf(IOException.class);
      assertThat(job.resolve("before")).hasContent("kept");
      takesNothingBack(job);
      disk.free();
      Files.writeString(job.resolve("after"), "kept");
      assertThat(job.resolve("after")).hasContent("kept");
    }
  }

  /**
   * A checkpoint that is deleted makes no room for the next; where nothing can be deleted, either.
   */
  private static void takesNothingBack(Path job) throws IOException {
    try {
      Files.delete(job.resolve("older"));
    } catch (AccessDeniedException notEvenThat) {
      return;
    }
    await()
        .untilAsserted(
            () -> {
              Path next = job.resolve("next-" + System.nanoTime());
              assertThatThrownBy(() -> Files.write(next, new byte[4096]))
                  .isInstanceOf(IOException.class);
            });
  }

  @Test
  void leavesNoMountBehind() throws IOException {
    Object before = Files.getFileStore(folder).toString();
    disk().close();
    assertThat(Files.getFileStore(folder).toString()).isEqualTo(before);
  }

  private CheckpointDisk disk() {
    try {
      return CheckpointDisk.thatCanBeFull(folder);
    } catch (ChaosException neitherWay) {
      Assumptions.abort(neitherWay.getMessage());
      throw neitherWay;
    }
  }
}
