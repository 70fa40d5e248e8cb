package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.entrain.embedded.EmbeddedBroker;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Lag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** examples/read_decoded.py, an ordinary client in another language, reads what Java wrote. */
class PythonExampleTest {
  private static final Path ROOT = Path.of(System.getProperty("entrain.root", ".."));
  private static String python;
  private static EmbeddedBroker broker;

  @TempDir Path folder;

  private record Finished(int exitCode, String text) {}

  @BeforeAll
  static void start() throws Exception {
    python = pythonWithKafka();
    assumeTrue(
        python != null,
        "SKIPPED: no Python here has confluent-kafka and protobuf; ./entrain test installs them");
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsDecodedRecords(Format format) throws Exception {
    Topics topics = new Topics("python-" + format);
    broker.createTopics(List.of(topics.decoded()), 2);
    try (BlockProducer producer =
        new BlockProducer(broker.bootstrapServers(), topics, format, Map.of())) {
      for (int i = 0; i < 30; i++) {
        byte[] value = MessageCodec.DECODED.encode(decoded(i), format);
        producer.send(topics.decoded(), decoded(i).getSession(), value, i);
      }
    }
    Finished all = run("--topic", topics.decoded(), "--max", "30");
    assertThat(all.exitCode()).as(all.text()).isZero();
    assertThat(all.text().lines()).hasSize(30);
    Finished one = run("--topic", topics.decoded(), "--max", "15", "--session", "monkey-1");
    assertThat(one.text().lines()).hasSize(15);
    assertThat(one.text())
        .startsWith("monkey-1     0.020 s  velocity_x -0.500 ± 0.250 sd  lag of spikes -42 ± 9 ms")
        .doesNotContain("99");
  }

  @Test
  void saysWhichTopicIsMissing() throws Exception {
    Finished finished = run("--topic", "nothing-here");
    assertThat(finished.exitCode()).isEqualTo(1);
    assertThat(finished.text()).contains("no topic nothing-here").contains("start the job first");
  }

  private static Decoded decoded(int number) {
    return Decoded.newBuilder()
        .setSession(number % 2 == 0 ? "monkey-1" : "monkey-2")
        .setWindowEndNanos((number + 1) * 20_000_000L)
        .addComponent(
            Component.newBuilder()
                .setName("velocity_x")
                .setUnit("sd")
                .setMean(-.5f)
                .setStandardDeviation(.25f))
        .addComponent(Component.newBuilder().setName("velocity_x").setMean(99).setDelayMillis(400))
        .setLag(Lag.newBuilder().setOf("spikes").setMillis(-41.8f).setSdMillis(9))
        .build();
  }

  private Finished run(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(python, "examples/read_decoded.py"));
    command.addAll(List.of("--bootstrap", broker.bootstrapServers(), "--wait", "20"));
    command.addAll(List.of(options));
    return run(Files.createTempFile(folder, "out", ".txt"), command);
  }

  private static Finished run(Path output, List<String> command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Finished(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  /** The first Python that has a Kafka client, or null. */
  private static String pythonWithKafka() throws Exception {
    List<String> candidates =
        Stream.of(
                System.getenv("ENTRAIN_KAFKA_PYTHON"),
                ROOT.resolve(".venv/bin/python").toAbsolutePath().toString(),
                "python3",
                "/usr/bin/python3")
            .filter(Objects::nonNull)
            .toList();
    for (String candidate : candidates) {
      Path output = Files.createTempFile("python", ".txt");
      try {
        List<String> probe =
            List.of(candidate, "-c", "import confluent_kafka, google.protobuf.message_factory");
        if (run(output, probe).exitCode() == 0) {
          return candidate;
        }
      } catch (IOException notThere) {
        // Not installed under that name; the next candidate may be.
      } finally {
        Files.delete(output);
      }
    }
    return null;
  }
}
