package io.entrain.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A JVM of the cluster: started, stopped, let go on and killed by signals. */
final class JavaProcess implements AutoCloseable {
  /** A JVM writes down what it was doing before it goes. */
  private static final long CRASH_SECONDS = 60;

  private final String name;
  private final Process process;
  private final Path log;

  private JavaProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * What to start.
   *
   * @param flags of the JVM
   * @param classPath as in {@code -cp}
   * @param main class
   * @param arguments of the class
   */
  record Command(List<String> flags, String classPath, String main, List<String> arguments) {}

  /** Starts it; what it prints goes to {@code NAME.log} in the folder, after what stands there. */
  static JavaProcess start(
      String name, Path folder, Map<String, String> environment, Command what) {
    try {
      Path arguments = folder.resolve(name + ".args");
      Files.writeString(arguments, "-cp\n\"" + what.classPath() + "\"\n");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(what.flags());
      command.add("@" + arguments);
      command.add(what.main());
      command.addAll(what.arguments());
      Path log = folder.resolve(name + ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      Process process = builder.start();
      // Whatever ends this JVM ends the cluster with it, short of SIGKILL.
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end of " + name));
      return new JavaProcess(name, process, log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  String name() {
    return name;
  }

  /** What it prints. */
  Path log() {
    return log;
  }

  /** Waits for its end; its exit code. */
  int await(long seconds) {
    Waiting.until(name + " ends", seconds, () -> !process.isAlive());
    return process.exitValue();
  }

  /**
   * Whether it lives.
   *
   * @throws ChaosException where it ended though nobody killed it
   */
  void demandAlive() {
    if (!process.isAlive()) {
      throw new ChaosException(
          name + " ended by itself, code " + process.exitValue() + "; see " + log, null);
    }
  }

  /** SIGKILL; returns when it is gone. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGSEGV, as native code that goes astray; returns when it is gone. */
  void crash() {
    signal("SEGV");
    Waiting.until(name + " is gone", CRASH_SECONDS, () -> !process.isAlive());
  }

  /** SIGSTOP. */
  void pause() {
    signal("STOP");
  }

  /** SIGCONT. */
  void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      List<String> kill = List.of("kill", "-" + signal, Long.toString(process.pid()));
      if (new ProcessBuilder(kill).start().waitFor() != 0) {
        throw new ChaosException(name + " could not be sent SIG" + signal, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
