package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A JVM as a process of its own; killed at the end if it is still there. */
final class Child implements AutoCloseable {
  /** A JVM that starts Kafka or Flink on a busy machine with two cores. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  static final Path ROOT = Path.of(System.getProperty("entrain.root"));

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private Child(Process process) {
    this.process = process;
    reader = new Thread(this::read, "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a JVM.
   *
   * @param folder its temporary folder, and where its argument file goes
   * @param classPath through the argument file, as the launcher does
   */
  static Child java(
      Path folder,
      String classPath,
      List<String> flags,
      Map<String, String> environment,
      String main,
      List<String> arguments)
      throws IOException {
    Path argumentFile = Files.createTempFile(folder.getParent(), "java", ".args");
    Files.writeString(argumentFile, "-cp\n\"" + classPath + "\"\n");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + folder);
    command.addAll(flags);
    command.add("@" + argumentFile);
    command.add(main);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return new Child(builder.start());
  }

  /** A command of {@code ./entrain}, with the JVM arguments that the launcher gives. */
  static Child entrain(Path folder, String... arguments) throws IOException {
    Path target = ROOT.resolve("workbench/target");
    String classPath =
        target.resolve("classes")
            + File.pathSeparator
            + Files.readString(target.resolve("classpath"));
    return java(
        folder,
        classPath,
        List.of("-Dentrain.root=" + ROOT),
        Map.of(),
        Entrain.class.getName(),
        List.of(arguments));
  }

  /** The first line of its output with {@code part} in it, now or later. */
  String awaitLine(String part) {
    return awaitLine(line -> line.contains(part), part);
  }

  /** The first line of its output that is as asked, now or later. */
  String awaitLine(Predicate<String> wanted, String what) {
    await(what).atMost(PATIENCE).until(() -> find(wanted).isPresent() || !process.isAlive());
    return find(wanted)
        .orElseThrow(() -> new AssertionError("no line with '" + what + "' in:\n" + output()));
  }

  private Optional<String> find(Predicate<String> wanted) {
    return lines.stream().filter(wanted).findFirst();
  }

  /** Sends the signal, for example {@code INT}. */
  void signal(String name) throws IOException, InterruptedException {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  /** Waits for its end; the exit code. */
  int awaitExit() throws InterruptedException {
    await("exit").atMost(PATIENCE).until(() -> !process.isAlive());
    reader.join(PATIENCE.toMillis());
    return process.exitValue();
  }

  /** Processes that it has started and that live. */
  Stream<ProcessHandle> descendants() {
    return process.descendants();
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  String output() {
    return String.join("\n", lines);
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(lines::add);
    } catch (UncheckedIOException | IOException e) {
      lines.add("(output ended: " + e.getMessage() + ")");
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
