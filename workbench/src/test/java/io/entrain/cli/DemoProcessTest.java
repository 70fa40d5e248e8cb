package io.entrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoProcessTest {
  @TempDir Path folder;
  private Path scratch;

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Files.createDirectory(folder.resolve("scratch"));
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void leavesNothingBehindWhenItIsInterrupted(String signal, int code) throws Exception {
    try (Child demo = Child.entrain(scratch, "demo", "--headless", "--sessions", "1")) {
      String kafka = demo.awaitLine("Kafka is 127.0.0.1:");
      demo.awaitLine(" s  lag-posterior R2");
      List<ProcessHandle> descendants = demo.descendants().toList();
      demo.signal(signal);

      assertThat(demo.awaitExit()).as(demo.output()).isEqualTo(code);
      assertThat(descendants).noneMatch(ProcessHandle::isAlive);
      int port = Integer.parseInt(kafka.replaceAll(".*127.0.0.1:([0-9]+).*", "$1"));
      new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
      try (Stream<Path> left = Files.list(scratch)) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void decodesEveryPaneAndSaysHowWell() throws Exception {
    Path summary = folder.resolve("summary.json");
    try (Child demo =
        Child.entrain(
            scratch, "demo", "--headless", "--seconds", "20", "--summary", summary.toString())) {
      assertThat(demo.awaitExit()).as(demo.output()).isZero();
    }
    JsonNode json = JsonMapper.builder().build().readTree(summary.toFile());
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "windows",
            "r2",
            "lag_rmse_millis",
            "latency_p50_millis",
            "latency_p99_millis",
            "rejected",
            "late",
            "missing_share");
    assertThat(json.get("windows").asLong()).isEqualTo(2 * 2 * 20 * 50);
    assertThat(json.get("rejected").asLong()).isZero();
    assertThat(json.get("missing_share").asDouble()).isZero();
    double lagPosterior = json.get("r2").get("lag-posterior").asDouble();
    double earlyFusion = json.get("r2").get("early-fusion").asDouble();
    assertThat(lagPosterior).as(json.toString()).isGreaterThan(0.6);
    assertThat(lagPosterior).as(json.toString()).isGreaterThan(earlyFusion);
  }
}
