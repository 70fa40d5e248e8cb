package io.entrain.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a cluster of processes lives and what it is started from.
 *
 * @param root of the checkout
 * @param classPath of this JVM: the workbench with the broker, Flink and the job
 * @param data scratch: logs of Kafka, checkpoints, what ZooKeeper keeps
 * @param logs where the processes' output goes; kept
 */
record Site(Path root, String classPath, Path data, Path logs) {
  /** Not on the class path of Flink's processes: the job jar must bring it. */
  private static final List<String> OF_THE_JOB =
      List.of(
          "/target/",
          "flink-connector-kafka",
          "org/apache/kafka",
          "onnxruntime",
          "protobuf",
          "fasterxml");

  /**
   * A process of this cluster lives for minutes, most of them on two cores that it shares: the
   * quick compiler alone, and a collector that starts no threads.
   */
  private static final List<String> FRUGAL = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  /** A site under the class path of this JVM. */
  static Site here(Path root, Path data, Path logs) {
    try {
      Files.createDirectories(logs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Site(
        root.toAbsolutePath().normalize(), System.getProperty("java.class.path"), data, logs);
  }

  /** What Flink's own distribution would bring. */
  private String flinkClassPath() {
    return Stream.of(classPath.split(File.pathSeparator))
        .filter(entry -> OF_THE_JOB.stream().noneMatch(entry::contains))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** A command of {@code ./entrain} as a process. */
  JavaProcess entrain(String name, String heap, List<String> arguments) {
    JavaProcess.Command command =
        new JavaProcess.Command(
            with(FRUGAL, "-Xmx" + heap, "-Dentrain.root=" + root, temporary()),
            classPath,
            "io.entrain.cli.Entrain",
            arguments);
    return JavaProcess.start(name, logs, Map.of(), command);
  }

  /** A class of Flink as a process. */
  JavaProcess flink(String name, List<String> flags, Class<?> main, List<String> arguments) {
    List<String> all =
        with(
            Stream.concat(flags.stream(), FRUGAL.stream()).toList(),
            temporary(),
            "-XX:ErrorFile=" + logs.resolve(name + ".crash.log"),
            "-Dentrain.log=" + logs.resolve(name + ".flink.log"),
            "-Dlog4j2.configurationFile="
                + root.resolve("workbench/src/main/resources/log4j2-file.xml"));
    return JavaProcess.start(
        name,
        logs,
        Map.of(),
        new JavaProcess.Command(all, flinkClassPath(), main.getName(), arguments));
  }

  private static List<String> with(List<String> some, String... more) {
    return Stream.concat(some.stream(), Stream.of(more)).toList();
  }

  private String temporary() {
    return "-Djava.io.tmpdir=" + folder("tmp");
  }

  /** A folder of the scratch data. */
  Path folder(String name) {
    try {
      return Files.createDirectories(data.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
