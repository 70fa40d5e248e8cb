package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.tools.consumer.ConsoleConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts as a user starts them, each in a process of its own, and a reader that is not ours. */
class PipelineProcessTest {
  private static final int RECORDS = 100;

  @TempDir Path folder;

  @Test
  void aConsoleConsumerReadsWhatTheJobDecodes() throws Exception {
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    try (Child broker = Child.entrain(scratch, "broker", "--port", "0")) {
      String bootstrap = broker.awaitLine("ready on").replaceAll(".* ", "");
      try (Child job =
          Child.entrain(scratch, "run", "--bootstrap", bootstrap, "--format", "json")) {
        job.awaitLine("Running");
        try (Child simulate =
            Child.entrain(
                scratch,
                "simulate",
                "--bootstrap",
                bootstrap,
                "--seconds",
                "5",
                "--lag-millis",
                "40")) {
          assertThat(simulate.awaitExit()).as(simulate.output()).isZero();
        }
        for (String record : consume(scratch, bootstrap)) {
          JsonNode decoded = JsonMapper.builder().build().readTree(record);
          assertThat(decoded.get("model").asText()).isEqualTo("lag-posterior");
          assertThat(decoded.get("component"))
              .filteredOn(component -> component.path("delay_millis").asInt() == 0)
              .hasSize(2);
          assertThat(decoded.get("lag").get("of").asText()).isEqualTo("spikes");
        }
        job.signal("INT");
        assertThat(job.awaitExit()).as(job.output()).isEqualTo(130);
      }
      broker.signal("INT");
      assertThat(broker.awaitExit()).as(broker.output()).isEqualTo(130);
    }
    try (var left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  /** Values that Kafka's own console consumer prints. */
  private static List<String> consume(Path scratch, String bootstrap) throws Exception {
    try (Child consumer =
        Child.java(
            scratch,
            System.getProperty("java.class.path"),
            List.of(),
            Map.of(),
            ConsoleConsumer.class.getName(),
            List.of(
                "--bootstrap-server",
                bootstrap,
                "--topic",
                "entrain.decoded",
                "--from-beginning",
                "--max-messages",
                Integer.toString(RECORDS),
                "--timeout-ms",
                "60000"))) {
      assertThat(consumer.awaitExit()).as(consumer.output()).isZero();
      List<String> records =
          consumer.lines().stream().filter(line -> line.startsWith("{")).toList();
      assertThat(records).as(consumer.output()).hasSize(RECORDS);
      return records;
    }
  }
}
