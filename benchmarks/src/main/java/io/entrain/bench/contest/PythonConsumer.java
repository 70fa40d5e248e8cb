package io.entrain.bench.contest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrain.bench.load.Replay;
import io.entrain.bench.measure.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code benchmarks/python/consumer.py} as a process. It measures itself, from its first record to
 * its last acknowledgement.
 *
 * @param interpreter that has everything it needs
 * @param script the file
 * @param versions what it runs with, for people
 */
record PythonConsumer(String interpreter, Path script, String versions) {
  /** Found one, or why not. */
  record Search(PythonConsumer found, String reason) {}

  private static final int PATIENCE_SECONDS = 300;

  /** Looks for an interpreter: the project's environment, then that of the system. */
  static Search search(Path root) throws IOException {
    Path script = root.resolve("benchmarks/python/consumer.py");
    String reason = "";
    for (String interpreter : List.of(root.resolve(".venv/bin/python").toString(), "python3")) {
      if (interpreter.startsWith("/") && !Files.isExecutable(Path.of(interpreter))) {
        continue;
      }
      Answer answer = run(List.of(interpreter, script.toString(), "--check"));
      if (answer.code == 0) {
        return new Search(new PythonConsumer(interpreter, script, answer.lastLine()), null);
      }
      reason = answer.lastLine();
    }
    return new Search(
        null,
        "no Python with confluent-kafka, numpy, onnxruntime and protobuf (%s); ./entrain test installs a Kafka client"
            .formatted(reason));
  }

  /** Decodes all of a replay to the topic {@code out}. */
  Sample decode(Replay replay, Path model, String out, int batch) throws IOException {
    Answer answer =
        run(
            List.of(
                interpreter,
                script.toString(),
                "--bootstrap",
                replay.bootstrap(),
                "--prefix",
                replay.topics().prefix(),
                "--out",
                out,
                "--model",
                model.toString(),
                "--windows",
                Long.toString(replay.shape().windows()),
                "--batch",
                Integer.toString(batch)));
    if (answer.code != 0) {
      throw new IllegalStateException("the Python consumer failed: " + answer.lastLine());
    }
    JsonNode took = new ObjectMapper().readTree(answer.lastLine());
    return new Sample(
        took.get("windows").asLong(),
        Math.round(took.get("wall_seconds").asDouble() * 1e9),
        Math.round(took.get("cpu_seconds").asDouble() * 1e9),
        0);
  }

  private record Answer(int code, String text) {
    String lastLine() {
      List<String> lines = text.strip().lines().toList();
      return lines.isEmpty() ? "it says nothing" : lines.get(lines.size() - 1);
    }
  }

  private static Answer run(List<String> command) throws IOException {
    Path log = Files.createTempFile("entrain-python", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(new ArrayList<>(command))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
      Process process = builder.start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Answer(-1, "nothing within %d s".formatted(PATIENCE_SECONDS));
      }
      return new Answer(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(-1, "interrupted");
    } finally {
      Files.deleteIfExists(log);
    }
  }
}
