package io.entrain.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Sender.Speed;
import io.entrain.recording.Session;
import io.entrain.wire.BrokerException;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every client of ours against a broker that demands TLS and a password. */
class SecureKafkaTest {
  private static final Path MODEL =
      Path.of(System.getProperty("entrain.root", "."), "model/trained/early-fusion.onnx");
  private static final int SECONDS = 2;

  @TempDir static Path folder;
  private static SecureBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = SecureBroker.start(folder);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static JobConfig config(Map<String, String> kafka, Topics topics, String delivery) {
    Map<String, String> settings = new HashMap<>();
    settings.put("bootstrap", broker.bootstrapServers());
    settings.put("models", MODEL.toString());
    settings.put("topic-prefix", topics.prefix());
    settings.put("group", topics.prefix());
    settings.put("start-from", "earliest");
    settings.put("bounded", "true");
    settings.put("delivery", delivery);
    kafka.forEach((key, value) -> settings.put("kafka." + key, value));
    return JobConfig.of(settings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void aSessionIsSentDecodedAndReadBehindTlsAndAPassword(String delivery) {
    Map<String, String> kafka = broker.client(SecureBroker.PASSWORD);
    Topics topics = new Topics("secure-" + delivery);
    Session session = World.session(WorldOptions.clean(1, 3, SECONDS));
    try (Sender sender =
        Sender.open(
            broker.bootstrapServers(),
            topics,
            List.of(World.SPIKES, World.LFP),
            Speed.MAX,
            kafka)) {
      sender.send(
          new Playback().add(session, "s", Playback.BLOCK_NANOS),
          session.span().nanos(),
          wait -> false,
          sent -> {});
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    EntrainJob.build(environment, config(kafka, topics, delivery));
    try (EmbeddedFlink flink = EmbeddedFlink.start(1)) {
      assertThat(flink.awaitEnd(flink.submit(environment), Duration.ofMinutes(1))).isEmpty();
    }
    try (RecordConsumer<Decoded> decoded =
        new RecordConsumer<>(
            broker.bootstrapServers(),
            topics.decoded(),
            MessageCodec.DECODED::decode,
            Start.BEGINNING,
            Isolation.READ_COMMITTED,
            kafka)) {
      assertThat(decoded.readToEnd()).hasSize(SECONDS * 50);
    }
  }

  @Test
  void aWrongPasswordIsSaidAtTheStartAndNeverPrinted() {
    Map<String, String> kafka = broker.client("a-wrong-secret");
    JobConfig config = config(kafka, new Topics("refused"), "at-least-once");
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    assertThatThrownBy(() -> EntrainJob.build(environment, config))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("would not describe the cluster: Authentication failed")
        .hasMessageNotContaining("a-wrong-secret");
    assertThat(config.describe())
        .contains("kafka.sasl.jaas.config", "(set)")
        .doesNotContain("a-wrong-secret");
  }

  @Test
  void aClientThatSpeaksPlainIsTurnedAwayAtTheStart() {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    JobConfig config = config(Map.of(), new Topics("plain"), "at-least-once");
    assertThatThrownBy(() -> EntrainJob.build(environment, config))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("kafka.security.protocol");
  }
}
