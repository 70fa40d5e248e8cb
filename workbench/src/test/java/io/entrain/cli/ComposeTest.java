package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrain.job.JobConfig;
import io.entrain.job.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.flink.configuration.RestOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No container engine is asked: the files are held against each other and against the job. */
class ComposeTest {
  private Compose compose;
  private String dockerfile;
  private String pom;

  @BeforeEach
  void read() throws IOException {
    compose = Compose.read();
    dockerfile = Files.readString(Child.ROOT.resolve("Dockerfile"));
    pom = Files.readString(Child.ROOT.resolve("pom.xml"));
  }

  @Test
  void hasTheParts() {
    assertThat(compose.services())
        .containsExactlyInAnyOrder(
            "kafka",
            "jobmanager",
            "taskmanager",
            "submit",
            "taskmanager-gpu",
            "submit-gpu",
            "simulator");
  }

  @Test
  void pinsEveryImageAtTheVersionsOfTheBuild() {
    for (String service : compose.services()) {
      assertThat(compose.service(service).get("image").asText()).matches(".+:\\d+\\.\\d+\\.\\d+");
    }
    assertThat(compose.service("kafka").get("image").asText())
        .isEqualTo("apache/kafka:" + version("kafka"));
    assertThat(bases()).contains("flink:" + version("flink") + "-java17");
    assertThat(bases())
        .filteredOn(base -> !stages().contains(base))
        .allMatch(base -> base.matches(".+:\\d+\\..*"));
  }

  @Test
  void buildsOnlyStagesThatTheDockerfileHas() {
    for (String service : compose.services()) {
      JsonNode build = compose.service(service).get("build");
      if (build != null) {
        assertThat(stages()).contains(build.get("target").asText());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "submit-gpu"})
  void submitsWhatTheJobUnderstandsToWhereKafkaListens(String service) {
    JobConfig config = JobConfig.parse(compose.jobArguments(service));
    assertThat(config.text(Setting.BOOTSTRAP)).isEqualTo("kafka:9092");
    assertThat(environment("kafka", "KAFKA_ADVERTISED_LISTENERS"))
        .contains("INSIDE://kafka:9092", "OUTSIDE://localhost:9094");
    assertThat(compose.service("kafka").get("ports").get(0).asText()).endsWith(":9094:9094");
    assertThat(config.models())
        .allSatisfy(
            model -> {
              assertThat(model).startsWith("/opt/entrain/models/");
              assertThat(Child.ROOT.resolve("model/trained").resolve(model.substring(20))).exists();
            });
    String jar =
        compose.command(service).stream().filter(w -> w.endsWith(".jar")).findFirst().orElseThrow();
    assertThat(dockerfile).contains("flink-job/target/" + jar.substring("/opt/entrain/".length()));
  }

  @Test
  void sendsToTheTopicsThatTheJobReads() {
    List<String> command = compose.command("simulator");
    assertThat(command).containsSubsequence("simulate", "--bootstrap", "kafka:9092");
    assertThat(command).doesNotContain("--topic-prefix");
    String prefix =
        Entrain.commandLine()
            .getSubcommands()
            .get("simulate")
            .getCommandSpec()
            .findOption("--topic-prefix")
            .defaultValue();
    assertThat(JobConfig.parse(compose.jobArguments("submit")).topics().prefix()).isEqualTo(prefix);
  }

  @Test
  void reachesFlinkWhereItListensAndKeepsCheckpointsOnAVolumeOfBothSides() {
    int port = RestOptions.PORT.defaultValue();
    assertThat(compose.command("submit")).containsSubsequence("--jobmanager", "jobmanager:" + port);
    assertThat(compose.service("jobmanager").get("ports").get(0).asText())
        .endsWith(port + ":" + port);
    for (String service : List.of("jobmanager", "taskmanager", "taskmanager-gpu")) {
      assertThat(compose.flinkProperties(service))
          .contains("jobmanager.rpc.address: jobmanager")
          .contains("execution.checkpointing.dir: file:///checkpoints");
      assertThat(compose.service(service).get("volumes").get(0).asText())
          .isEqualTo("checkpoints:/checkpoints");
    }
    assertThat(compose.root().get("volumes").has("checkpoints")).isTrue();
  }

  @Test
  void takesTheGpuOnlyUnderItsProfile() throws IOException {
    for (String service : List.of("taskmanager-gpu", "submit-gpu")) {
      assertThat(compose.service(service).get("profiles").get(0).asText()).isEqualTo("gpu");
      JsonNode device = compose.service(service).at("/deploy/resources/reservations/devices/0");
      assertThat(device.get("driver").asText()).isEqualTo("nvidia");
    }
    assertThat(JobConfig.parse(compose.jobArguments("submit-gpu")).text(Setting.PROVIDER))
        .isEqualTo("cuda");
    assertThat(Files.readString(Child.ROOT.resolve(".env"))).contains("COMPOSE_PROFILES=cpu");
  }

  private String environment(String service, String name) {
    return compose.service(service).get("environment").get(name).asText();
  }

  private String version(String of) {
    return pom.replaceAll("(?s).*<" + of + ".version>([^<]+)<.*", "$1");
  }

  private List<String> bases() {
    return words("(?m)^FROM (\\S+)");
  }

  private List<String> stages() {
    return words("(?m)^FROM \\S+ AS (\\S+)");
  }

  private List<String> words(String pattern) {
    return Pattern.compile(pattern)
        .matcher(dockerfile)
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }
}
