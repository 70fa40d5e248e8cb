package io.entrain.cli;

import io.entrain.embedded.EmbeddedBroker;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code broker}: a Kafka broker as a process of its own, until it is interrupted. */
@Command(
    name = "broker",
    description = {
      "Run a real Kafka broker on this machine until Ctrl-C.",
      "Its data goes with it unless --data says where to keep it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain broker                                 on 127.0.0.1:9092",
      "  ./entrain broker --port 0                        on any free port",
      "  ./entrain broker --topics entrain.spikes,entrain.lfp --partitions 2",
      "  ./entrain broker --data build/kafka              goes on from what is there"
    })
final class Broker implements Runnable {
  @Option(
      names = "--port",
      defaultValue = "9092",
      description = "Port on 127.0.0.1; 0 for any free one (default: ${DEFAULT-VALUE})")
  int port;

  @Option(
      names = "--topics",
      split = ",",
      paramLabel = "TOPIC",
      description = "Topics to create at start; others are created when they are first used")
  List<String> topics = List.of();

  @Option(
      names = "--partitions",
      defaultValue = "1",
      description = "Partitions of each of --topics (default: ${DEFAULT-VALUE})")
  int partitions;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Keep the data in FOLDER and go on from what is there (default: none is kept)")
  Path data;

  @Option(
      names = "--setting",
      paramLabel = "KEY=VALUE",
      description = "Further settings of the broker, as in Kafka's server.properties")
  Map<String, String> settings = new LinkedHashMap<>();

  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public void run() {
    try (Interruption interruption = Interruption.watch();
        EmbeddedBroker broker = open()) {
      broker.createTopics(topics, partitions);
      spec.commandLine().getOut().println("Kafka broker ready on " + broker.bootstrapServers());
      interruption.await();
    }
  }

  private EmbeddedBroker open() {
    return data == null
        ? EmbeddedBroker.start(port, "PLAINTEXT", settings)
        : EmbeddedBroker.start(port, data, settings);
  }
}
