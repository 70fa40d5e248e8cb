package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrain.embedded.Ports;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.v1.Decoded;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of docker-compose.yml as a plain process with the same arguments, its hosts mapped
 * to loopback: our broker stands for the Kafka image, Flink's entry points from Maven's jars for
 * Flink's image.
 */
class ComposeProcessTest {
  /** Not on the class path of Flink's processes: the job jar must bring it. */
  private static final List<String> OF_THE_JOB =
      List.of(
          "/target/",
          "flink-connector-kafka",
          "org/apache/kafka",
          "onnxruntime",
          "protobuf",
          "fasterxml");

  /** As in the configuration that comes with Flink (env.java.opts.all). */
  private static final List<String> CLIENT_FLAGS =
      List.of("--add-opens=java.base/java.util=ALL-UNNAMED");

  private static final long HOP_NANOS = 20_000_000;

  @TempDir Path folder;
  private Path scratch;
  private Compose compose;
  private Map<String, String> hosts;

  @BeforeEach
  void read() throws IOException {
    scratch = Files.createDirectory(folder.resolve("scratch"));
    compose = Compose.read();
  }

  @Test
  void decodedRecordsFlow() throws Exception {
    withCluster((bootstrap, configuration, taskManager) -> {});
  }

  /** A crash of the native library takes its TaskManager down; another one goes on. */
  @Test
  void aTaskManagerThatCrashesIsTakenOverAndNoWindowIsMissing() throws Exception {
    withCluster(
        (bootstrap, configuration, taskManager) -> {
          try (Child spare = taskManager(configuration);
              RecordConsumer<Decoded> decoded = decoded(bootstrap)) {
            await("spare").atMost(Child.PATIENCE).until(() -> taskManagers(configuration) == 2);
            Map<String, SortedSet<Long>> windows = new TreeMap<>();
            poll(decoded, windows, Duration.ofSeconds(2));
            taskManager.signal("SEGV");
            taskManager.awaitExit();
            poll(decoded, windows, Duration.ofMillis(500));
            long before = size(windows);
            long crashed = System.nanoTime();
            await("output after the crash")
                .atMost(Child.PATIENCE)
                .until(
                    () -> {
                      poll(decoded, windows, Duration.ofMillis(100));
                      return size(windows) > before;
                    });
            System.out.printf(
                "output goes on %.1f s after the crash%n", (System.nanoTime() - crashed) * 1e-9);
            poll(decoded, windows, Duration.ofSeconds(3));
            for (SortedSet<Long> ends : windows.values()) {
              assertThat((ends.last() - ends.first()) / HOP_NANOS + 1).isEqualTo(ends.size());
            }
            assertThat(spare.output()).doesNotContain("SIGSEGV");
          }
        });
  }

  private static long size(Map<String, SortedSet<Long>> windows) {
    return windows.values().stream().mapToLong(Set::size).sum();
  }

  private static void poll(
      RecordConsumer<Decoded> decoded, Map<String, SortedSet<Long>> windows, Duration time) {
    long until = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < until) {
      for (var record : decoded.poll(Duration.ofMillis(50))) {
        windows
            .computeIfAbsent(record.key() + record.value().getModel(), key -> new TreeSet<>())
            .add(record.value().getWindowEndNanos());
      }
    }
  }

  private int taskManagers(Path configuration) throws IOException {
    String port =
        Files.readString(configuration.resolve("config.yaml"))
            .replaceAll("(?s).*rest.port: ([0-9]+).*", "$1");
    try (var answer =
        URI.create("http://127.0.0.1:" + port + "/taskmanagers").toURL().openStream()) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8).split("\"id\"", -1).length
          - 1;
    }
  }

  /** What a test does while sessions are decoded. */
  private interface Body {
    void run(String bootstrap, Path configuration, Child taskManager) throws Exception;
  }

  private void withCluster(Body body) throws Exception {
    int[] ports = Ports.free(2);
    try (Child kafka = Child.entrain(scratch, "broker", "--port", "0")) {
      String bootstrap = kafka.awaitLine("ready on").replaceAll(".* ", "");
      hosts =
          Map.of(
              "kafka:9092", bootstrap,
              "jobmanager:8081", "127.0.0.1:" + ports[1],
              "/opt/entrain/entrain-job.jar", jobJar(),
              "/opt/entrain/models", Child.ROOT.resolve("model/trained").toString(),
              "file:///checkpoints", folder.resolve("checkpoints").toUri().toString());
      Path configuration = configuration(ports);
      try (Child jobManager = jobManager(configuration);
          Child taskManager = taskManager(configuration)) {
        submit(configuration);
        try (Child simulator =
            Child.entrain(scratch, mapped(compose.command("simulator")).toArray(String[]::new))) {
          awaitDecoded(bootstrap, List.of(jobManager, taskManager, simulator));
          body.run(bootstrap, configuration, taskManager);
        }
      }
    }
  }

  private static String jobJar() {
    Path jar = Child.ROOT.resolve("flink-job/target/entrain-job.jar");
    assertThat(jar).as("made by ./mvnw verify").exists();
    return jar.toString();
  }

  private Child jobManager(Path configuration) throws IOException {
    assertThat(compose.command("jobmanager")).containsExactly("jobmanager");
    return flink(
        configuration,
        List.of("-Xmx512m"),
        StandaloneSessionClusterEntrypoint.class,
        List.of("--configDir", configuration.toString()));
  }

  /** As Flink's start script does it: memory flags and settings are computed from the file. */
  private Child taskManager(Path configuration) throws IOException {
    assertThat(compose.command("taskmanager")).containsExactly("taskmanager");
    Configuration settings = GlobalConfiguration.loadConfiguration(configuration.toString());
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(settings);
    List<String> arguments = new ArrayList<>(List.of("--configDir", configuration.toString()));
    arguments.addAll(
        Arrays.asList(TaskExecutorProcessUtils.generateDynamicConfigsStr(spec).trim().split(" +")));
    List<String> flags = new ArrayList<>();
    flags.add("-XX:ErrorFile=" + scratch.resolve("crash.log"));
    flags.addAll(
        Arrays.asList(ProcessMemoryUtils.generateJvmParametersStr(spec).trim().split(" +")));
    return flink(configuration, flags, TaskManagerRunner.class, arguments);
  }

  /** Like the container, tried again until Flink is up. */
  private void submit(Path configuration) {
    List<String> command = mapped(compose.command("submit"));
    assertThat(command.get(0)).isEqualTo("flink");
    await("submitted")
        .atMost(Child.PATIENCE.multipliedBy(3))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              try (Child submit =
                  flink(
                      configuration,
                      CLIENT_FLAGS,
                      CliFrontend.class,
                      command.subList(1, command.size()))) {
                assertThat(submit.awaitExit()).as(submit.output()).isZero();
              }
            });
  }

  private Child flink(Path configuration, List<String> flags, Class<?> main, List<String> arguments)
      throws IOException {
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> OF_THE_JOB.stream().noneMatch(entry::contains))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> all = new ArrayList<>(flags);
    all.add(
        "-Dlog4j2.configurationFile="
            + Child.ROOT.resolve("workbench/src/main/resources/log4j2.xml"));
    return Child.java(
        scratch,
        classPath,
        all,
        Map.of("FLINK_CONF_DIR", configuration.toString()),
        main.getName(),
        arguments);
  }

  private Path configuration(int[] ports) throws IOException {
    String properties = compose.flinkProperties("taskmanager");
    assertThat(compose.flinkProperties("jobmanager")).isEqualTo(properties);
    for (Map.Entry<String, String> host : hosts.entrySet()) {
      properties = properties.replace(host.getKey(), host.getValue());
    }
    properties =
        properties.replace(
                "jobmanager.rpc.address: jobmanager", "jobmanager.rpc.address: 127.0.0.1")
            + """
            jobmanager.rpc.port: %d
            rest.address: 127.0.0.1
            rest.port: %d
            taskmanager.host: 127.0.0.1
            io.tmp.dirs: %s
            """
                .formatted(ports[0], ports[1], scratch);
    Path configuration = Files.createDirectory(folder.resolve("conf"));
    Files.writeString(configuration.resolve("config.yaml"), properties);
    return configuration;
  }

  private List<String> mapped(List<String> words) {
    return words.stream()
        .map(
            word -> {
              String mapped = word;
              for (Map.Entry<String, String> host : hosts.entrySet()) {
                mapped = mapped.replace(host.getKey(), host.getValue());
              }
              return mapped;
            })
        .toList();
  }

  private static void awaitDecoded(String bootstrap, List<Child> children) {
    Set<String> seen = new TreeSet<>();
    try (RecordConsumer<Decoded> decoded = decoded(bootstrap)) {
      await("decoded records of both models and sessions")
          .atMost(Child.PATIENCE)
          .until(
              () -> {
                decoded
                    .poll(Duration.ofMillis(100))
                    .forEach(record -> seen.add(record.value().getModel() + record.key()));
                return seen.size() == 4;
              });
    } catch (RuntimeException e) {
      throw new AssertionError(
          children.stream().map(Child::output).collect(Collectors.joining("\n----\n")), e);
    }
  }

  private static RecordConsumer<Decoded> decoded(String bootstrap) {
    return new RecordConsumer<>(
        bootstrap,
        "entrain.decoded",
        MessageCodec.DECODED::decode,
        Start.BEGINNING,
        Isolation.READ_UNCOMMITTED);
  }
}
