package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a checkout whose Maven and Java only note that they were called. */
class LauncherTest {
  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void makeCheckout() throws IOException {
    root = Files.createDirectory(folder.resolve("a checkout"));
    Files.copy(Child.ROOT.resolve("entrain"), root.resolve("entrain"));
    assertThat(root.resolve("entrain").toFile().setExecutable(true)).isTrue();
    Files.createFile(root.resolve("pom.xml"));
    for (String module : List.of("wire", "flink-job", "workbench", "benchmarks")) {
      Files.createDirectories(root.resolve(module).resolve("src/main/java"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
    }
    script("mvnw", "echo \"$*\" >>builds; mkdir -p $4/target; echo a.jar >$4/target/classpath");
    script(
        "jdk/bin/java",
        "if [[ $1 == -version ]]; then echo 'openjdk version \"17.0.1\"' >&2; else echo \"ran $*\"; fi");
  }

  @Test
  void buildsTheFirstTimeAndThenOnlyWhatChanged() throws Exception {
    assertThat(launch(root.resolve("entrain"), "broker", "--port", "0"))
        .anyMatch(line -> line.startsWith("Building Entrain"))
        .anyMatch(line -> line.matches("ran .*io.entrain.cli.Entrain broker --port 0"));
    launch(root.resolve("entrain"), "broker");
    assertThat(builds()).hasSize(1);

    Path changed = Files.createFile(root.resolve("flink-job/src/main/java/New.java"));
    Files.setLastModifiedTime(changed, FileTime.from(Instant.now().plusSeconds(10)));
    launch(root.resolve("entrain"), "broker");
    assertThat(builds()).hasSize(2).allMatch(line -> line.startsWith("-q -o "));
  }

  @Test
  void buildsTheBenchmarksForTheirCommandAlone() throws Exception {
    assertThat(launch(root.resolve("entrain"), "bench", "--quick"))
        .anyMatch(
            line ->
                line.matches("ran .*benchmarks/target/java.args io.entrain.bench.Bench --quick"));
    launch(root.resolve("entrain"), "broker");
    assertThat(builds()).hasSize(2);
    assertThat(builds().get(0)).contains("-pl benchmarks ");
    assertThat(builds().get(1)).contains("-pl workbench ");

    Path changed = Files.createFile(root.resolve("benchmarks/src/main/java/New.java"));
    Files.setLastModifiedTime(changed, FileTime.from(Instant.now().plusSeconds(10)));
    launch(root.resolve("entrain"), "broker");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void worksThroughALinkFromAnywhere() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("a link"), root.resolve("entrain"));
    assertThat(launch(link)).anyMatch(line -> line.endsWith("io.entrain.cli.Entrain --help"));
  }

  @Test
  void saysWhatToInstallWhereJavaIsTooOld() throws Exception {
    script("jdk/bin/java", "echo 'openjdk version \"11.0.1\"' >&2");
    assertThat(launch(root.resolve("entrain"), "demo"))
        .anyMatch(line -> line.contains("needs a JDK 17 or later"));
    assertThat(root.resolve("builds")).doesNotExist();
  }

  @Test
  void refusesAnUnknownOptionOfTest() throws Exception {
    assertThat(launch(root.resolve("entrain"), "test", "--pyton"))
        .containsExactly("entrain test: Unknown option: '--pyton'", "See ./entrain test --help");
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(root.resolve("builds"));
  }

  private void script(String name, String body) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** What it prints, on both outputs. */
  private List<String> launch(Path launcher, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
    // Nothing but the system's tools, so that no other JDK is found.
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        List.of(
            "bash",
            "env",
            "sed",
            "readlink",
            "dirname",
            "mkdir",
            "find",
            "flock",
            "touch",
            "mv",
            "grep",
            "cat")) {
      Path link = tools.resolve(tool);
      Path real = real(tool);
      if (!Files.exists(link) && real != null) {
        Files.createSymbolicLink(link, real);
      }
    }
    builder.environment().put("PATH", tools.toString());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.lines().toList();
  }

  private static Path real(String tool) {
    for (String folder : List.of("/usr/bin", "/bin")) {
      if (Files.isExecutable(Path.of(folder, tool))) {
        return Path.of(folder, tool);
      }
    }
    return null;
  }
}
