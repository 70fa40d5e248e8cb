package io.entrain.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.inference.Provider;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.job.JobModel;
import io.entrain.recording.Departure;
import io.entrain.recording.Playback;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.DecodedConsumer;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.RepeatFilter;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import io.entrain.world.WorldOptions.Faults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models that change while the job runs on a real engine and a real broker, and savepoints that are
 * opened with other models. pinnable.onnx counts its hops in its state, successor.onnx goes on with
 * that count, tallied.onnx cannot.
 */
class SwapOnKafkaTest {
  private static final int SECONDS = 2;
  private static final int SESSIONS = 3;
  private static final int HOPS = SECONDS * 50;
  private static final int WINDOWS = SESSIONS * HOPS;
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String FIRST = model("pinnable");
  private static final String SECOND = model("successor");
  private static final String THIRD = model("tallied");

  /** Log time at which the sessions begin. */
  private static final long BASE_MILLIS = System.currentTimeMillis() - 60_000;

  private static final long SECOND_MILLIS = BASE_MILLIS + 700;
  private static final long THIRD_MILLIS = BASE_MILLIS + 1300;
  private static final AtomicInteger RUNS = new AtomicInteger();

  private static EmbeddedBroker broker;
  private static EmbeddedFlink flink;
  private static Map<String, Decoded> reference;

  @BeforeAll
  static void startAndDecodeOnce() {
    broker = EmbeddedBroker.start();
    flink = EmbeddedFlink.start(2);
    Topics topics = topics();
    announceBoth(topics);
    send(topics, departures());
    runToEnd(topics, Map.of());
    List<Decoded> all = read(topics.decoded());
    assertThat(all).hasSize(WINDOWS);
    assertThat(all.stream().map(Decoded::getModelSha256).distinct()).hasSize(3);
    reference = byIdentity(all);
  }

  @AfterAll
  static void stop() {
    flink.close();
    broker.close();
  }

  @Test
  void theSameAnnouncementsGiveTheSameBitsAtAnotherParallelism() {
    Topics topics = topics();
    announceBoth(topics);
    List<Departure> sorted = new ArrayList<>(departures());
    sorted.sort(Comparator.comparing(d -> d.block().modality()));
    send(topics, sorted);
    runToEnd(topics, Map.of("parallelism", "2"));
    assertThat(byIdentity(read(topics.decoded()))).isEqualTo(reference);
  }

  /** Sent so far when the job is stopped: before, between and after the swaps, in percent. */
  @ParameterizedTest
  @CsvSource({
    "20, at-least-once",
    "50, exactly-once",
    "55, at-least-once",
    "90, at-least-once",
  })
  void aSavepointAroundTheSwapsGoesOnWithAnotherParallelism(int percent, String delivery) {
    Topics topics = topics();
    announceBoth(topics);
    List<Departure> all = departures();
    int cut = all.size() * percent / 100;
    Map<String, String> settings =
        Map.of("delivery", delivery, "checkpoint-interval-millis", "100");
    JobID before = flink.submit(graph(topics, settings));
    send(topics, all.subList(0, cut));
    awaitWindows(topics, WINDOWS * (percent - 15) / 100);
    String savepoint = flink.stopWithSavepoint(before);
    send(topics, all.subList(cut, all.size()));
    Map<String, String> rescaled = new LinkedHashMap<>(settings);
    rescaled.put("parallelism", "2");
    JobID after = flink.restore(graph(topics, rescaled), savepoint);
    awaitWindows(topics, WINDOWS);
    flink.cancel(after);
    List<Decoded> seen = read(topics.decoded());
    assertThat(seen).hasSize(WINDOWS);
    assertThat(byIdentity(seen)).isEqualTo(reference);
  }

  @Test
  void whatComesAgainAfterAFailureAcrossASwapIsTheSameToTheBit() {
    Topics topics = topics();
    announceBoth(topics);
    List<Departure> all = departures();
    JobID before = flink.submit(graph(topics, Map.of()));
    send(topics, all.subList(0, all.size() / 4));
    awaitWindows(topics, WINDOWS / 8);
    String savepoint = flink.savepoint(before);
    send(topics, all.subList(all.size() / 4, all.size()));
    awaitWindows(topics, WINDOWS * 9 / 10);
    flink.cancel(before);
    JobID after = flink.restore(graph(topics, Map.of()), savepoint);
    // Nine tenths of all came before, at most a quarter of all was in the savepoint.
    awaitWindows(topics, WINDOWS * 3 / 2);
    flink.cancel(after);
    List<Received<Decoded>> different = new ArrayList<>();
    List<Decoded> once = new ArrayList<>();
    try (DecodedConsumer consumer =
        new DecodedConsumer(
            consumer(topics.decoded(), MessageCodec.DECODED::decode),
            new RepeatFilter(RepeatFilter.DEFAULT_REMEMBERED),
            different::add)) {
      consumer.readToEnd().forEach(record -> once.add(record.value()));
    }
    assertThat(once).hasSize(WINDOWS);
    assertThat(byIdentity(once)).isEqualTo(reference);
    assertThat(different).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"successor, false", "tallied, true", "successor, true"})
  void aSavepointGoesOnWithAnotherModelOfTheSettings(String name, boolean fresh) {
    Topics topics = topics();
    String savepoint = stopHalfWay(topics);
    Map<String, String> settings =
        Map.of("models", model(name), "fresh-state", Boolean.toString(fresh), "parallelism", "2");
    JobID after = flink.restore(graph(topics, settings), savepoint);
    awaitWindows(topics, WINDOWS);
    flink.cancel(after);
    String hash = JobModel.open(List.of(model(name)), Provider.CPU).get(0).sha256();
    for (List<Decoded> session : bySession(read(topics.decoded()))) {
      assertThat(session).hasSize(HOPS);
      int count = 0;
      boolean swapped = false;
      for (int pane = 0; pane < HOPS; pane++) {
        Decoded window = session.get(pane);
        boolean first = !swapped && window.getModelSha256().equals(hash);
        swapped |= first;
        count = first && fresh ? 1 : count + 1;
        assertThat(window.getModelSha256().equals(hash)).isEqualTo(swapped);
        assertThat(window.getPane()).isEqualTo(pane);
        assertThat(window.getComponent(0).getMean()).isEqualTo(count);
        assertThat(window.getWarmingUp()).isEqualTo(count <= 2);
      }
      assertThat(swapped).isTrue();
    }
  }

  @Test
  void aSavepointIsRefusedByAModelOfOtherStateTensorsWithWhatDiffers() {
    Topics topics = topics();
    String savepoint = stopHalfWay(topics);
    JobID after = flink.restore(graph(topics, Map.of("models", THIRD)), savepoint);
    assertThat(flink.awaitEnd(after, PATIENCE))
        .hasValueSatisfying(
            failure ->
                assertThat(failure)
                    .hasStackTraceContaining("tally[1]")
                    .hasStackTraceContaining("instead of")
                    .hasStackTraceContaining("count[1]")
                    .hasStackTraceContaining("set fresh-state"));
    assertThat(flink.status(after)).isEqualTo(JobStatus.FAILED);
  }

  @Test
  void aBadAnnouncementIsADeadLetterAndTheJobGoesOn() {
    Topics topics = topics();
    announce(topics, announcement(SECOND).setSha256("0".repeat(64)), BASE_MILLIS - 10_000);
    announce(topics, "{not json", BASE_MILLIS - 10_000);
    send(topics, departures());
    runToEnd(topics, Map.of("models", FIRST, "parallelism", "2"));
    assertThat(read(topics.decoded())).hasSize(WINDOWS);
    List<Rejected> letters =
        read(topics.rejected(), MessageCodec.REJECTED::decode).stream()
            .map(Received::value)
            .toList();
    assertThat(letters)
        .extracting(Rejected::getReason)
        .containsExactlyInAnyOrder(Reason.HASH_MISMATCH, Reason.MALFORMED);
    assertThat(letters).allMatch(letter -> letter.getTopic().equals(topics.models()));
  }

  @ParameterizedTest
  @CsvSource({"at-least-once", "exactly-once"})
  void aShadowDecodesToATopicOfItsOwn(String delivery) {
    Topics topics = topics();
    send(topics, departures());
    runToEnd(
        topics,
        Map.of(
            "models",
            FIRST,
            "shadow-models",
            SECOND,
            "delivery",
            delivery,
            "batch-windows",
            "1024"));
    List<Decoded> live = read(topics.decoded());
    List<Decoded> shadowed = read(topics.shadow());
    assertThat(live).hasSize(WINDOWS);
    assertThat(shadowed).hasSize(WINDOWS);
    assertThat(shadowed.stream().map(Decoded::getModelSha256).distinct())
        .containsExactly(JobModel.open(List.of(SECOND), Provider.CPU).get(0).sha256());
  }

  private static String stopHalfWay(Topics topics) {
    List<Departure> all = departures();
    JobID before = flink.submit(graph(topics, Map.of("models", FIRST)));
    send(topics, all.subList(0, all.size() / 2));
    awaitWindows(topics, WINDOWS / 3);
    String savepoint = flink.stopWithSavepoint(before);
    send(topics, all.subList(all.size() / 2, all.size()));
    return savepoint;
  }

  private static String model(String name) {
    return Path.of(System.getProperty("entrain.root"), "flink-job/src/test/resources/models")
        .resolve(name + ".onnx")
        .toString();
  }

  private static ModelAnnouncement.Builder announcement(String file) {
    return ModelAnnouncement.newBuilder()
        .setModel("pinnable")
        .setPath(file)
        .setSha256(JobModel.open(List.of(file), Provider.CPU).get(0).sha256());
  }

  /** Announced long before the sessions, for times within them. */
  private static void announceBoth(Topics topics) {
    announce(topics, announcement(SECOND).setEffectiveMillis(SECOND_MILLIS), BASE_MILLIS - 20_000);
    announce(
        topics,
        announcement(THIRD).setFreshState(true).setEffectiveMillis(THIRD_MILLIS),
        BASE_MILLIS - 10_000);
  }

  private static void announce(Topics topics, ModelAnnouncement.Builder message, long logMillis) {
    announce(topics, MessageCodec.ANNOUNCEMENT.encode(message.build(), Format.JSON), logMillis);
  }

  private static void announce(Topics topics, String value, long logMillis) {
    announce(topics, value.getBytes(java.nio.charset.StandardCharsets.UTF_8), logMillis);
  }

  private static void announce(Topics topics, byte[] value, long logMillis) {
    try (BlockProducer producer =
        new BlockProducer(broker.bootstrapServers(), topics, Format.PROTOBUF, Map.of())) {
      producer.send(topics.models(), "pinnable", value, logMillis);
      producer.flush();
    }
  }

  private static Topics topics() {
    Topics topics = new Topics("swap" + RUNS.incrementAndGet());
    broker.createTopics(
        List.of(
            topics.modality("spikes"),
            topics.modality("lfp"),
            topics.decoded(),
            topics.rejected(),
            topics.shadow()),
        2);
    broker.createTopics(List.of(topics.models()), 1);
    return topics;
  }

  private static List<Departure> departures() {
    Playback playback = new Playback();
    for (int session = 1; session <= SESSIONS; session++) {
      var options = new WorldOptions(1, session, SECONDS, LagPlan.wandering(60, 150), Faults.NONE);
      playback.add(World.session(options), "session-" + session, 20_000_000);
    }
    List<Departure> departures = new ArrayList<>();
    playback.forEachRemaining(departures::add);
    departures.removeIf(departure -> departure.block() == null);
    return departures;
  }

  private static void send(Topics topics, List<Departure> departures) {
    try (BlockProducer producer =
        new BlockProducer(broker.bootstrapServers(), topics, Format.PROTOBUF, Map.of())) {
      for (Departure departure : departures) {
        producer.send(departure.block(), BASE_MILLIS + departure.nanos() / 1_000_000);
      }
      producer.flush();
    }
  }

  private static StreamExecutionEnvironment graph(Topics topics, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("models", FIRST);
    all.put("bootstrap", broker.bootstrapServers());
    all.put("topic-prefix", topics.prefix());
    all.put("group", topics.prefix());
    all.put("idle-timeout-millis", "0");
    all.put("start-from", "earliest");
    all.putAll(settings);
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
    EntrainJob.build(environment, JobConfig.of(all));
    return environment;
  }

  private static void runToEnd(Topics topics, Map<String, String> settings) {
    Map<String, String> bounded = new LinkedHashMap<>(settings);
    bounded.put("bounded", "true");
    JobID job = flink.submit(graph(topics, bounded));
    assertThat(flink.awaitEnd(job, PATIENCE)).isEmpty();
  }

  private static <T> List<Received<T>> read(String topic, RecordConsumer.Decoder<T> decoder) {
    try (RecordConsumer<T> consumer = consumer(topic, decoder)) {
      return consumer.readToEnd();
    }
  }

  private static <T> RecordConsumer<T> consumer(String topic, RecordConsumer.Decoder<T> decoder) {
    return new RecordConsumer<>(
        broker.bootstrapServers(), topic, decoder, Start.BEGINNING, Isolation.READ_COMMITTED);
  }

  private static List<Decoded> read(String topic) {
    return read(topic, MessageCodec.DECODED::decode).stream().map(Received::value).toList();
  }

  private static void awaitWindows(Topics topics, int count) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int seen = 0;
    try (RecordConsumer<Decoded> consumer =
        consumer(topics.decoded(), MessageCodec.DECODED::decode)) {
      while (seen < count) {
        assertThat(System.nanoTime()).as("%d of %d windows", seen, count).isLessThan(deadline);
        seen += consumer.poll(Duration.ofMillis(100)).size();
      }
    }
  }

  private static List<List<Decoded>> bySession(List<Decoded> records) {
    Map<String, List<Decoded>> sessions = new TreeMap<>();
    records.stream()
        .sorted(Comparator.comparing(Decoded::getWindowEndNanos))
        .forEach(d -> sessions.computeIfAbsent(d.getSession(), s -> new ArrayList<>()).add(d));
    return List.copyOf(sessions.values());
  }

  private static Map<String, Decoded> byIdentity(List<Decoded> records) {
    Map<String, Decoded> byIdentity = new TreeMap<>();
    records.forEach(d -> byIdentity.put(d.getSession() + " " + d.getWindowEndNanos(), d));
    return byIdentity;
  }
}
