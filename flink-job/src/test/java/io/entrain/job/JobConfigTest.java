package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong setting is refused at start with what, value and bound. */
class JobConfigTest {
  @ParameterizedTest
  @CsvSource({
    "allowed-lateness-millis, -1, from 0 to",
    "batch-windows, 0, from 1 to",
    "batch-windows, many, a whole number",
    "delivery, twice, one of",
    "provider, tpu, one of",
    "format, xml, one of",
    "parallelism, 0, from 1 to",
    "topic-prefix, no spaces, must be",
    "models, '', name at least one",
    "lag-range-millis, wide, it must be a range such as -50..50",
    "lag-range-millis, -50..., it must be a range such as -50..50",
    "lag-range-millis, 1..2..3, it must be a range such as -50..50",
    "lag-range-millis, NaN, it must be a range such as -50..50",
    "lag-range-millis, 50..-50, its first number must not be above its second",
  })
  void aValueOutOfBoundsIsRefusedWithItsBound(String key, String value, String bound) {
    assertThatThrownBy(
            () -> JobConfig.parse(List.of("--models=a.onnx", "--parallelism=1")).with(key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(bound);
  }

  @Test
  void anUnknownSettingIsToldWhichThereAre() {
    assertThatThrownBy(() -> JobConfig.parse(List.of("--latenes", "5")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("latenes")
        .hasMessageContaining("allowed-lateness-millis");
  }

  @Test
  void anOptionWithoutValueIsRefused() {
    assertThatThrownBy(() -> JobConfig.parse(List.of("--models")))
        .hasMessageContaining("--models needs a value");
    assertThatThrownBy(() -> JobConfig.parse(List.of("models", "a")))
        .hasMessageContaining("is not an option");
    assertThatThrownBy(() -> JobConfig.parse(List.of("--models=a", "--models=b")))
        .hasMessageContaining("given twice");
  }

  @Test
  void optionsWinOverTheFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("entrain.yaml");
    Files.writeString(
        file,
        """
        models: [a.onnx, b.onnx]
        parallelism: 2
        kafka:
          security.protocol: SSL
          ssl.truststore.password: hidden
        """);
    JobConfig config = JobConfig.parse(List.of("--config", file.toString(), "--parallelism", "3"));
    assertThat(config.models()).containsExactly("a.onnx", "b.onnx");
    assertThat(config.number(Setting.PARALLELISM)).isEqualTo(3);
    assertThat(config.kafkaProperties()).containsEntry("security.protocol", "SSL");
    assertThat(config.describe())
        .doesNotContain("hidden")
        .contains("kafka.ssl.truststore.password");
  }

  @Test
  void aFileThatIsNotYamlOrNotThereIsRefused(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("bad.yaml"), "a: [1");
    assertThatThrownBy(() -> JobConfig.parse(List.of("--config", file.toString())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is not YAML");
    assertThatThrownBy(
            () -> JobConfig.parse(List.of("--config", folder.resolve("none.yaml").toString())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cannot read");
  }

  @Test
  void aTransactionShorterThanTheCheckpointIntervalAndARestartIsRefused() {
    assertThatThrownBy(
            () ->
                JobConfig.parse(
                    List.of(
                        "--models=a.onnx",
                        "--delivery=exactly-once",
                        "--checkpoint-interval-millis=30000",
                        "--transaction-timeout-millis=20000")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("transaction-timeout-millis is 20000")
        .hasMessageContaining("30000");
  }
}
