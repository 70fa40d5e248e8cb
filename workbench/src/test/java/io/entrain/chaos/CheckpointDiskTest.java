package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
      disk.fill();
      assertThatThrownBy(() -> Files.writeString(job.resolve("meanwhile"), "lost"))
          .isInstanceOf(IOException.class);
      assertThat(job.resolve("before")).hasContent("kept");
      disk.free();
      Files.writeString(job.resolve("after"), "kept");
      assertThat(job.resolve("after")).hasContent("kept");
    }
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
