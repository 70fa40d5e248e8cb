package io.entrain.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/**
 * {@code --log FILE}: where the chatter of Kafka and Flink goes. Takes effect while options are
 * parsed, because logging is configured once, by the first class that asks for a logger.
 */
final class LogOption {
  private static final String FILE = "entrain.log";

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Write what Kafka, Flink and the job log to FILE (default: warnings only)")
  void setFile(Path file) {
    System.setProperty(FILE, file.toString());
    System.setProperty("log4j2.configurationFile", "classpath:log4j2-file.xml");
  }

  /**
   * Nothing of it on the console, for a command that breaks what is logged about on purpose; to
   * {@code fallback} unless another file was asked for. Must come before the first logger.
   */
  void fileOnly(Path fallback) {
    System.setProperty("entrain.console", "OFF");
    if (System.getProperty(FILE) == null) {
      setFile(fallback);
    }
  }
}
