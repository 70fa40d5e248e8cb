package io.entrain.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The process of the job, as those see it who watch it. */
final class JobProcess implements AutoCloseable {
  /** The heap has its size from the start on, so that all that grows beside it is native memory. */
  private static final List<String> FLAGS = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

  private static final long END_SECONDS = 30;
  private static final JsonMapper JSON = new JsonMapper();

  private final Process process;
  private final Path folder;
  private final BufferedReader replies;
  private final PrintWriter questions;
  private String failure = "";

  private JobProcess(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    replies = process.inputReader(StandardCharsets.UTF_8);
    questions = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
  }

  /** Starts the job, its log in {@code folder}; returns when it runs, or failed to. */
  static JobProcess start(Path folder, Map<String, String> settings) {
    try {
      Files.createDirectories(folder);
      Path arguments = folder.resolve("job.args");
      Files.writeString(arguments, "-cp\n\"" + System.getProperty("java.class.path") + "\"\n");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(FLAGS);
      command.add("-Dentrain.log=" + folder.resolve("job.log"));
      command.add("-Dlog4j2.configurationFile=classpath:log4j2-file.xml");
      command.add("@" + arguments);
      command.add(SoakedJob.class.getName());
      settings.forEach((key, value) -> command.add(key + "=" + value));
      Process process =
          new ProcessBuilder(command).redirectError(folder.resolve("job.err").toFile()).start();
      // Whatever ends this JVM ends the job with it, short of SIGKILL.
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end of the job"));
      JobProcess job = new JobProcess(process, folder);
      job.reply();
      return job;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the job", e);
    }
  }

  /** What ended the job though nobody asked it to, or empty. */
  String failure() {
    if (failure.isEmpty() && !process.isAlive()) {
      reply();
    }
    return failure;
  }

  /** How the job is now; null where it has failed. */
  JsonNode sample() {
    questions.println(SoakedJob.SAMPLE);
    return reply();
  }

  private JsonNode reply() {
    try {
      String line = replies.readLine();
      JsonNode reply = line == null ? null : JSON.readTree(line);
      if (reply == null) {
        failure = "its process ended with code " + process.waitFor() + ", see " + folder;
      } else if (reply.has("failure")) {
        failure = reply.get("failure").asText();
      }
      return failure.isEmpty() ? reply : null;
    } catch (IOException e) {
      throw new UncheckedIOException("the job does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the job answered", e);
    }
  }

  @Override
  public void close() {
    questions.close();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
