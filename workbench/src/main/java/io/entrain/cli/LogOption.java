package io.entrain.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/**
 * {@code --log FILE}: where the chatter of Kafka and Flink goes. Takes effect while options are
 * parsed, because logging is configured once, by the first class that asks for a logger.
 */
final class LogOption {
  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Write what Kafka, Flink and the job log to FILE (default: warnings only)")
  void setFile(Path file) {
    System.setProperty("entrain.log", file.toString());
    System.setProperty("log4j2.configurationFile", "classpath:log4j2-file.xml");
  }
}
