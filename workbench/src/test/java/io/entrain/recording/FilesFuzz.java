package io.entrain.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Fuzz targets of a recording's files. */
class FilesFuzz {
  private static final Path FILE = temporary();

  /** A file is a description of a recording, or refused in words. */
  @FuzzTest(maxDuration = "2m")
  void descriptions(byte[] value) {
    read(value, RecordingYaml::read);
  }

  /** A file is an array of finite size, or refused in words. */
  @FuzzTest(maxDuration = "2m")
  void arrays(byte[] value) {
    read(value, file -> assertThat(NpyFile.read(file, 2).length % 2).isZero());
  }

  private static void read(byte[] value, Consumer<Path> reader) {
    try {
      Files.write(FILE, value);
      reader.accept(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RecordingException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  private static Path temporary() {
    try {
      Path file = Files.createTempFile("entrain-fuzz-", "");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
