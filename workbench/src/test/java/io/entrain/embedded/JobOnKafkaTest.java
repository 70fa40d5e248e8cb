package io.entrain.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.job.ConfigException;
import io.entrain.job.EntrainJob;
import io.entrain.job.JobConfig;
import io.entrain.recording.Departure;
import io.entrain.recording.Playback;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.BrokerException;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
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
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The job on a real engine and a real broker: what is decoded is a function of what was recorded.
 */
class JobOnKafkaTest {
  private static final int SECONDS = 3;
  private static final int SESSIONS = 3;
  private static final int WINDOWS = SESSIONS * SECONDS * 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Log time at which the sessions begin: in the past, and the same however often a test sends. */
  private static final long BASE_MILLIS = System.currentTimeMillis() - 60_000;

  private static final AtomicInteger RUNS = new AtomicInteger();

  private static EmbeddedBroker broker;
  private static EmbeddedFlink flink;
  private static Map<String, Decoded> reference;

  @BeforeAll
  static void startAndDecodeOnce() throws Exception {
    broker = EmbeddedBroker.start();
    flink = EmbeddedFlink.start(2);
    Topics topics = topics();
    send(topics, departures(20));
    runToEnd(topics, Map.of());
    List<Received<Decoded>> all = read(topics);
    reference = byIdentity(all);
    assertThat(all).hasSize(WINDOWS);
    assertThat(reference).hasSize(WINDOWS);
  }

  @AfterAll
  static void stop() {
    flink.close();
    broker.close();
  }

  @ParameterizedTest
  @CsvSource({"5, 1", "137, 2", "20, 2"})
  void decodedOutputDoesNotDependOnBlocksAndParallelism(int blockMillis, int parallelism)
      throws Exception {
    Topics topics = topics();
    send(topics, departures(blockMillis));
    runToEnd(topics, Map.of("parallelism", Integer.toString(parallelism)));
    assertThat(byIdentity(read(topics))).isEqualTo(reference);
  }

  @ParameterizedTest
  @ValueSource(strings = {"spikes", "lfp"})
  void decodedOutputDoesNotDependOnWhichStreamIsSentFirst(String first) throws Exception {
    Topics topics = topics();
    List<Departure> sorted = new ArrayList<>(departures(20));
    sorted.sort(Comparator.comparing(d -> !d.block().modality().equals(first)));
    send(topics, sorted);
    runToEnd(topics, Map.of("parallelism", "2"));
    assertThat(byIdentity(read(topics))).isEqualTo(reference);
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void decodedOutputIsTheSameAfterARestoreInMidStream(String delivery) throws Exception {
    Topics topics = topics();
    List<Departure> all = departures(20);
    int half = all.size() / 2;
    Map<String, String> settings =
        Map.of("delivery", delivery, "checkpoint-interval-millis", "100");
    JobID before = flink.submit(graph(topics, settings));
    send(topics, all.subList(0, half));
    awaitWindows(topics, WINDOWS / 3);
    String savepoint = flink.stopWithSavepoint(before);
    send(topics, all.subList(half, all.size()));
    Map<String, String> rescaled = new LinkedHashMap<>(settings);
    rescaled.put("parallelism", "2");
    JobID after = flink.restore(graph(topics, rescaled), savepoint);
    awaitWindows(topics, WINDOWS);
    flink.cancel(after);
    List<Received<Decoded>> seen = read(topics);
    assertThat(byIdentity(seen)).isEqualTo(reference);
    assertThat(seen).hasSize(WINDOWS);
  }

  @Test
  void whatComesAgainAfterAFailureIsTheSameToTheBit() throws Exception {
    Topics topics = topics();
    List<Departure> all = departures(20);
    JobID before = flink.submit(graph(topics, Map.of()));
    send(topics, all.subList(0, all.size() / 3));
    awaitWindows(topics, WINDOWS / 5);
    String savepoint = flink.savepoint(before);
    send(topics, all.subList(all.size() / 3, all.size()));
    awaitWindows(topics, WINDOWS / 2);
    flink.cancel(before);
    JobID after = flink.restore(graph(topics, Map.of()), savepoint);
    awaitDistinct(topics, WINDOWS);
    flink.cancel(after);
    List<Received<Decoded>> seen = read(topics);
    assertThat(seen.size()).isGreaterThan(WINDOWS);
    assertThat(byIdentity(seen)).isEqualTo(reference);
  }

  /** A partition whose turn has not come is no silent one, however short silence is. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void decodedOutputIsTheSameWhereAJobCatchesUp(int parallelism) throws Exception {
    Map<String, String> settings =
        Map.of("allowed-lateness-millis", "100", "parallelism", Integer.toString(parallelism));
    Map<String, Decoded> expected = decodedToTheEnd(departures(20), settings);
    Topics topics = topics();
    send(topics, departures(20));
    JobID job = flink.submit(graph(topics, with(settings, "idle-timeout-millis", "1")));
    awaitWindows(topics, WINDOWS - SESSIONS);
    flink.cancel(job);
    assertThat(expected).containsAllEntriesOf(byIdentity(read(topics)));
  }

  /** One stream falls silent; the panes without it are decoded, and it is heard again after. */
  @Test
  void aPartitionThatSpeaksAgainIsHeard() throws Exception {
    List<Departure> all = departures(20);
    List<Departure> begin = all.subList(0, all.size() / 3);
    List<Departure> end = all.subList(2 * all.size() / 3, all.size());
    List<Departure> middle =
        all.subList(all.size() / 3, 2 * all.size() / 3).stream()
            .filter(d -> d.block().modality().equals("spikes"))
            .toList();
    Map<String, String> settings = Map.of("allowed-lateness-millis", "100");
    Map<String, Decoded> expected =
        decodedToTheEnd(Stream.of(begin, middle, end).flatMap(List::stream).toList(), settings);

    Topics topics = topics();
    JobID job = flink.submit(graph(topics, with(settings, "idle-timeout-millis", "200")));
    send(topics, begin);
    send(topics, middle);
    awaitWindows(topics, WINDOWS / 2);
    assertThat(read(topics))
        .anySatisfy(r -> assertThat(r.value().getPresence(1).getShare()).isZero());
    send(topics, end);
    awaitWindows(topics, WINDOWS - 2 * SESSIONS);
    flink.cancel(job);
    assertThat(expected).containsAllEntriesOf(byIdentity(read(topics)));
  }

  private static Map<String, Decoded> decodedToTheEnd(
      List<Departure> departures, Map<String, String> settings) throws Exception {
    Topics topics = topics();
    send(topics, departures);
    runToEnd(topics, settings);
    return byIdentity(read(topics));
  }

  private static Map<String, String> with(Map<String, String> settings, String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put(key, value);
    return all;
  }

  @Test
  void anEmptyTopicHoldsNothingUpAndTheOutputSaysWhatIsMissing() throws Exception {
    Topics topics = topics();
    JobID job =
        flink.submit(
            graph(topics, Map.of("idle-timeout-millis", "200", "allowed-lateness-millis", "100")));
    List<Departure> spikes =
        departures(20).stream().filter(d -> d.block().modality().equals("spikes")).toList();
    send(topics, spikes);
    awaitWindows(topics, WINDOWS / 2);
    flink.cancel(job);
    assertThat(read(topics))
        .allSatisfy(r -> assertThat(r.value().getPresence(1).getShare()).isZero());
  }

  @Test
  void anUnreachableBrokerIsNamed() {
    assertThatThrownBy(
            () ->
                EntrainJob.build(
                    StreamExecutionEnvironment.getExecutionEnvironment(),
                    config(topics(), Map.of()).with("bootstrap", "localhost:1")))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("localhost:1");
  }

  @Test
  void kafkasOwnSettingsReachTheFirstClientThatAsksTheBroker() {
    assertThatThrownBy(() -> graph(topics(), Map.of("kafka.security.protocol", "NONSENSE")))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("NONSENSE");
  }

  @Test
  void aTransactionLongerThanTheBrokerAllowsIsRefused() {
    assertThatThrownBy(
            () ->
                graph(
                    topics(),
                    Map.of("delivery", "exactly-once", "transaction-timeout-millis", "3600000")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("3600000")
        .hasMessageContaining("900000");
  }

  private static Topics topics() {
    Topics topics = new Topics("t" + RUNS.incrementAndGet());
    broker.createTopics(
        List.of(topics.modality("spikes"), topics.modality("lfp"), topics.decoded()), 2);
    return topics;
  }

  private static List<Departure> departures(long blockMillis) {
    Playback playback = new Playback();
    for (int session = 1; session <= SESSIONS; session++) {
      var options = new WorldOptions(1, session, SECONDS, LagPlan.wandering(60, 150), Faults.NONE);
      playback.add(World.session(options), "session-" + session, blockMillis * 1_000_000);
    }
    List<Departure> departures = new ArrayList<>();
    playback.forEachRemaining(departures::add);
    departures.removeIf(departure -> departure.block() == null);
    return departures;
  }

  /** Each block bears the moment at which it would have left. */
  private static void send(Topics topics, List<Departure> departures) {
    try (BlockProducer producer =
        new BlockProducer(broker.bootstrapServers(), topics, Format.PROTOBUF, Map.of())) {
      for (Departure departure : departures) {
        producer.send(departure.block(), BASE_MILLIS + departure.nanos() / 1_000_000);
      }
      producer.flush();
    }
  }

  private static JobConfig config(Topics topics, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    String root = System.getProperty("entrain.root");
    all.put("models", Path.of(root, "model", "trained", "lag-posterior.onnx").toString());
    all.put("bootstrap", broker.bootstrapServers());
    all.put("topic-prefix", topics.prefix());
    all.put("group", topics.prefix());
    all.put("idle-timeout-millis", "0");
    all.put("start-from", "earliest");
    all.putAll(settings);
    return JobConfig.of(all);
  }

  private static StreamExecutionEnvironment graph(Topics topics, Map<String, String> settings) {
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
    EntrainJob.build(environment, config(topics, settings));
    return environment;
  }

  private static void runToEnd(Topics topics, Map<String, String> settings) {
    Map<String, String> bounded = new LinkedHashMap<>(settings);
    bounded.put("bounded", "true");
    JobID job = flink.submit(graph(topics, bounded));
    assertThat(flink.awaitEnd(job, PATIENCE)).isEmpty();
  }

  private static RecordConsumer<Decoded> consumer(Topics topics) {
    return new RecordConsumer<>(
        broker.bootstrapServers(),
        topics.decoded(),
        MessageCodec.DECODED::decode,
        Start.BEGINNING,
        Isolation.READ_COMMITTED);
  }

  private static List<Received<Decoded>> read(Topics topics) {
    try (RecordConsumer<Decoded> consumer = consumer(topics)) {
      return consumer.readToEnd();
    }
  }

  private static void awaitWindows(Topics topics, int count) {
    await(topics, count, false);
  }

  private static void awaitDistinct(Topics topics, int count) {
    await(topics, count, true);
  }

  private static void await(Topics topics, int count, boolean distinct) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<Received<Decoded>> seen = new ArrayList<>();
    try (RecordConsumer<Decoded> consumer = consumer(topics)) {
      while ((distinct ? byIdentity(seen).size() : seen.size()) < count) {
        assertThat(System.nanoTime())
            .as("%d of %d windows", seen.size(), count)
            .isLessThan(deadline);
        seen.addAll(consumer.poll(Duration.ofMillis(100)));
      }
    }
  }

  /** By session and window; whatever comes twice must be equal. */
  private static Map<String, Decoded> byIdentity(List<Received<Decoded>> records) {
    Map<String, Decoded> byIdentity = new TreeMap<>();
    for (Received<Decoded> record : records) {
      Decoded decoded = record.value();
      Decoded other =
          byIdentity.put(decoded.getSession() + " " + decoded.getWindowEndNanos(), decoded);
      assertThat(other == null || other.equals(decoded)).isTrue();
    }
    return byIdentity;
  }
}
