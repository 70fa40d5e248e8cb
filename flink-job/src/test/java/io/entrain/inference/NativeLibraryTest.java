package io.entrain.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native library does not take the process down, whatever is done around its calls. */
class NativeLibraryTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"close-model", "close-batch"})
  void closingDuringACallWaitsForItAndRefusesTheNext(String trial) throws Exception {
    assertThat(run(trial)).hasSize(40).allMatch(line -> line.startsWith("refused: "));
  }

  @Test
  void aTaskThatIsInterruptedInACallClosesInOrder() throws Exception {
    assertThat(run("interrupt")).hasSize(40).allMatch(line -> line.equals("closed"));
  }

  @Test
  void aModelThatFailsInMidRunIsNamedAndTheNextCallIsGood() throws Exception {
    List<String> lines = run("fail");
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).isEqualTo("good");
    assertThat(lines.get(1)).startsWith("failed: model failing does not run: ").contains("Gather");
    assertThat(lines.get(4)).isEqualTo("good");
  }

  @Test
  void aModelThatAsksForMoreMemoryThanThereIsFailsWithItsCause() throws Exception {
    List<String> lines = run("starve");
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).isEqualTo("good");
    assertThat(lines.get(1)).startsWith("failed: model hungry does not run: ").contains("allocate");
    assertThat(lines.get(4)).isEqualTo("good");
  }

  @Test
  void aBrokenModelFileIsRefused() throws Exception {
    List<String> lines = run("broken-files");
    assertThat(lines).hasSize(300);
    assertThat(lines).filteredOn(line -> line.startsWith("refused: ")).hasSizeGreaterThan(100);
  }

  /** Holds the other tests: a crash is seen as one. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aCrashWouldBeSeen() throws Exception {
    Process process = start("crash");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
    assertThat(folder.resolve("crash.log")).content().contains("SIGSEGV");
  }

  private List<String> run(String trial) throws Exception {
    Process process = start(trial);
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();
    List<String> lines = Files.readAllLines(folder.resolve("out"), StandardCharsets.UTF_8);
    assertThat(ended).as("%s ends; said %s", trial, lines).isTrue();
    assertThat(process.exitValue()).as("exit status of %s; said %s", trial, lines).isZero();
    // The library's own messages go to standard error.
    return lines;
  }

  private Process start(String trial) throws IOException {
    Path arguments = folder.resolve("java.args");
    String classPath = System.getProperty("java.class.path").replace("\\", "\\\\");
    Files.writeString(arguments, "-cp\n\"" + classPath + "\"\n");
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dentrain.root=" + ShippedModels.root(),
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + folder.resolve("crash.log"),
            "@" + arguments,
            NativeTrials.class.getName(),
            trial)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }
}
