package io.entrain.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.inference.Provider;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.JobModel;
import io.entrain.recording.Playback;
import io.entrain.recording.Sender;
import io.entrain.recording.Sender.Speed;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Timing;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import io.entrain.world.WorldOptions.Faults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How long live output pauses when a model is swapped, for docs/model-swap.md. No test: it measures
 * this machine and what else it does.
 *
 * <pre>./mvnw -pl workbench -am test -Dtest=SwapGapMeasurement
 *     -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class SwapGapMeasurement {
  private static final int SECONDS = 24;
  private static final String FIRST = model("lag-posterior-incremental");
  private static final String SECOND = model("subject-11/lag-posterior-incremental");
  private static final Topics TOPICS = new Topics("gap");

  @ParameterizedTest
  @CsvSource({"5000", "1000", "100"})
  void theGapAroundASwap(long leadMillis) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        EmbeddedFlink flink = EmbeddedFlink.start(1)) {
      JobID job = flink.submit(graph(broker, leadMillis));
      while (!flink.isRunning(job)) {
        LockSupport.parkNanos(10_000_000);
      }
      Thread announcer = new Thread(() -> announceIn(broker, 8_000), "announcer");
      announcer.start();
      send(broker);
      announcer.join();
      LockSupport.parkNanos(2_000_000_000L);
      flink.cancel(job);
      report(leadMillis, read(broker));
    }
  }

  private static String model(String name) {
    return Path.of(System.getProperty("entrain.root"), "model/trained", name + ".onnx").toString();
  }

  private static StreamExecutionEnvironment graph(EmbeddedBroker broker, long leadMillis) {
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
    EntrainJob.build(
        environment,
        JobConfig.of(
            Map.of(
                "models",
                FIRST,
                "bootstrap",
                broker.bootstrapServers(),
                "topic-prefix",
                TOPICS.prefix(),
                "swap-lead-millis",
                Long.toString(leadMillis))));
    return environment;
  }

  private static void announceIn(EmbeddedBroker broker, long millis) {
    LockSupport.parkNanos(millis * 1_000_000);
    JobModel model = JobModel.open(List.of(SECOND), Provider.CPU).get(0);
    ModelAnnouncement announcement = model.announcement().build();
    try (BlockProducer producer =
        new BlockProducer(broker.bootstrapServers(), TOPICS, Format.PROTOBUF, Map.of())) {
      byte[] value = MessageCodec.ANNOUNCEMENT.encode(announcement, Format.PROTOBUF);
      producer.send(TOPICS.models(), "swap", value, System.currentTimeMillis());
      producer.flush();
    }
  }

  private static void send(EmbeddedBroker broker) {
    Playback playback = new Playback();
    for (int session = 1; session <= 2; session++) {
      var options = new WorldOptions(1, session, SECONDS, LagPlan.wandering(60, 150), Faults.NONE);
      playback.add(World.session(options), "session-" + session, Playback.BLOCK_NANOS);
    }
    try (Sender sender =
        Sender.open(
            broker.bootstrapServers(),
            TOPICS,
            List.of("spikes", "lfp"),
            Speed.REAL_TIME,
            Map.of())) {
      sender.send(
          playback,
          SECONDS * 1_000_000_000L,
          wait -> {
            LockSupport.parkNanos(wait.toNanos());
            return false;
          },
          sent -> {});
    }
  }

  private static List<Received<Decoded>> read(EmbeddedBroker broker) {
    try (RecordConsumer<Decoded> consumer =
        new RecordConsumer<>(
            broker.bootstrapServers(),
            TOPICS.decoded(),
            MessageCodec.DECODED::decode,
            Start.BEGINNING,
            Isolation.READ_COMMITTED)) {
      return consumer.readToEnd();
    }
  }

  /** Time between the records of a session as they were published; the first seconds are cold. */
  private static void report(long leadMillis, List<Received<Decoded>> records) {
    Map<String, Received<Decoded>> last = new TreeMap<>();
    List<Long> gaps = new ArrayList<>();
    List<Long> atSwap = new ArrayList<>();
    for (Received<Decoded> record : records) {
      Received<Decoded> before = last.put(record.key(), record);
      if (before != null && record.value().getPane() > 250) {
        long gap = published(record) - published(before);
        boolean swap = !before.value().getModelSha256().equals(record.value().getModelSha256());
        (swap ? atSwap : gaps).add(gap);
        assertThat(record.value().getPane()).isEqualTo(before.value().getPane() + 1);
      }
    }
    long[] sorted = gaps.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "lead %d ms: at the swap %s ms; else p50 %d, p99 %d, most %d ms (%d records)%n",
        leadMillis,
        atSwap,
        sorted[sorted.length / 2],
        sorted[sorted.length * 99 / 100],
        Arrays.stream(sorted).max().orElseThrow(),
        records.size());
    assertThat(atSwap).hasSize(2);
  }

  private static long published(Received<Decoded> record) {
    return Timing.read(record.headers()).publishedMillis();
  }
}
