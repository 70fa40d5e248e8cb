package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.BlockCodec;
import io.entrain.wire.v1.Decoded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which model decodes a pane is a function of the logs. pinnable.onnx counts hops in its state;
 * successor.onnx goes on with that count, tallied.onnx cannot.
 */
class SwapLawsTest {
  private static final String FIRST = DecodeHarness.tinyModel("pinnable");
  private static final String SECOND = DecodeHarness.tinyModel("successor");
  private static final String THIRD = DecodeHarness.tinyModel("tallied");
  private static final Map<String, String> SETTINGS = Map.of("models", FIRST);
  private static final long DURATION_MILLIS = 900;
  private static final long HOP_NANOS = 20_000_000;
  private static final int WARMUP_HOPS = 2;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everySessionChangesItsModelAtTheFirstPaneOfTheTerm(long seed) throws Exception {
    World world = World.of(seed);
    List<Decoded> decoded = world.run();
    for (Decoded window : decoded) {
      long log = world.logMillis(window);
      assertThat(window.getModelSha256())
          .as("%s at log time %d", window.getSession(), log)
          .isEqualTo(Terms.sha256(world.modelAt(log)));
    }
    assertThat(decoded.stream().map(Decoded::getModelSha256).distinct()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theStateIsCarriedOverOrBegunAnewAndNoWindowIsMissing(long seed) throws Exception {
    World world = World.of(seed);
    for (List<Decoded> session : bySession(world.run()).values()) {
      int count = 0;
      String before = Terms.sha256(FIRST);
      for (int pane = 0; pane < session.size(); pane++) {
        Decoded window = session.get(pane);
        boolean fresh =
            !window.getModelSha256().equals(before)
                && window.getModelSha256().equals(Terms.sha256(THIRD));
        count = fresh ? 1 : count + 1;
        before = window.getModelSha256();
        assertThat(window.getWindowEndNanos()).isEqualTo((pane + 1) * HOP_NANOS);
        assertThat(window.getComponent(0).getMean()).isEqualTo(count);
        assertThat(window.getWarmingUp()).isEqualTo(count <= WARMUP_HOPS);
      }
      assertThat(session).hasSize((int) DURATION_MILLIS / 20);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theOrderInWhichTopicsAreReadChangesNothing(long seed) throws Exception {
    World world = World.of(seed);
    List<Decoded> reference = world.run();
    Random random = new Random(seed);
    for (int i = 0; i < 4; i++) {
      List<Step> steps = world.shuffled(random);
      assertThat(sorted(run(steps))).isEqualTo(sorted(reference));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void watermarksThatEndTermsAsTheyComeChangeNothing(long seed) throws Exception {
    World world = World.of(seed);
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, SETTINGS)) {
      for (Step step : world.announcements()) {
        step.take(harness);
      }
      for (RawRecord record : world.inLogOrder()) {
        harness.watermark(record.timestampMillis() - 1).send(record);
      }
      assertThat(sorted(harness.end().decoded())).isEqualTo(sorted(world.run()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aRestoreAfterAnyStepEqualsTheUninterruptedRun(long seed) throws Exception {
    World world = World.of(seed);
    List<Decoded> reference = world.run();
    List<Step> steps = world.shuffled(new Random(seed));
    List<Decoded> interrupted = new ArrayList<>();
    OperatorSubtaskState state = null;
    long horizon = Long.MIN_VALUE;
    for (int i = 0; i < steps.size(); i++) {
      try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(state, SETTINGS)) {
        // What the control topic's source would say at once after a restart.
        harness.horizon(horizon);
        steps.get(i).take(harness);
        horizon = Math.max(horizon, steps.get(i).horizonMillis());
        state = harness.checkpoint(i + 1L);
        interrupted.addAll(harness.decoded());
      }
    }
    assertThat(sorted(interrupted)).isEqualTo(sorted(reference));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aModelWithTheSameWeightsChangesNothingButTheHash(long seed) throws Exception {
    String real = DecodeHarness.model("lag-posterior");
    List<RawRecord> records = new TestSession("s", seed, DURATION_MILLIS).interleaved(20);
    List<Decoded> alone;
    try (DecodeHarness harness = DecodeHarness.open()) {
      alone = harness.send(records).end().decoded();
    }
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, Map.of())) {
      harness.announce(Terms.live(Terms.twin(real, folder), 417, 0)).horizon(Long.MAX_VALUE);
      List<Decoded> swapped = harness.send(records).end().decoded();
      assertThat(swapped.stream().map(Decoded::getModelSha256).distinct()).hasSize(2);
      String hash = Terms.sha256(real);
      assertThat(swapped.stream().map(d -> d.toBuilder().setModelSha256(hash).build()))
          .isEqualTo(alone);
    }
  }

  @Test
  void panesBeyondTheHorizonWaitAndAreDecodedWhenItPasses() throws Exception {
    List<RawRecord> records = new TestSession("s", 1, 400).interleaved(20);
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, SETTINGS)) {
      harness.send(records).watermark(10_000);
      assertThat(harness.decoded()).isEmpty();
      harness.horizon(200);
      assertThat(harness.decoded()).hasSize(10);
      harness.horizon(Long.MAX_VALUE);
      assertThat(harness.decoded()).hasSize(20);
    }
  }

  @Test
  void panesBeyondTheHorizonSurviveARestartThoughNoBlockComesAnyMore() throws Exception {
    OperatorSubtaskState state;
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, SETTINGS)) {
      state = harness.send(new TestSession("s", 1, 400).interleaved(20)).checkpoint(1);
      assertThat(harness.decoded()).isEmpty();
    }
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(state, SETTINGS)) {
      assertThat(harness.horizon(1000).decoded()).hasSize(20);
    }
  }

  @Test
  void aSessionThatIsOverWaitsForTheHorizonBeforeItIsForgotten() throws Exception {
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, SETTINGS)) {
      harness.send(new TestSession("s", 1, 400).interleaved(20)).watermark(700_000);
      assertThat(harness.stateEntries()).isPositive();
      harness.horizon(Long.MAX_VALUE);
      assertThat(harness.decoded()).hasSize(20);
      assertThat(harness.stateEntries()).isZero();
      assertThat(harness.timers()).isZero();
    }
  }

  @Test
  void aSessionWhoseLogTimesRunAheadOfTheClockIsNotHeldOnceTheTopicIsKnown() throws Exception {
    long hour = 3_600_000 + System.currentTimeMillis();
    List<RawRecord> ahead =
        new TestSession("s", 1, 400)
            .interleaved(20).stream()
                .map(record -> Shifted.toLog(record, hour + record.timestampMillis()))
                .toList();
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, SETTINGS)) {
      harness.send(ahead.subList(0, 20));
      assertThat(harness.decoded()).isEmpty();
      harness.horizon(System.currentTimeMillis()).send(ahead.subList(20, 40));
      assertThat(harness.decoded()).hasSize(20);
    }
  }

  @Test
  void afterAnnouncementsOfTheSameTimeTheLastCounts() throws Exception {
    List<RawRecord> records = new TestSession("s", 1, 400).interleaved(20);
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, SETTINGS)) {
      harness
          .announce(Terms.live(THIRD, 200, 1))
          .announce(Terms.live(SECOND, 200, 0))
          .horizon(Long.MAX_VALUE);
      List<Decoded> decoded = harness.send(records).end().decoded();
      assertThat(decoded.get(8).getModelSha256()).isEqualTo(Terms.sha256(FIRST));
      assertThat(decoded.get(9).getModelSha256()).isEqualTo(Terms.sha256(SECOND));
      assertThat(decoded.get(19).getComponent(0).getMean()).isEqualTo(20);
    }
  }

  private interface Step {
    void take(DecodeHarness harness) throws Exception;

    /** The horizon that it announces, or the lowest. */
    default long horizonMillis() {
      return Long.MIN_VALUE;
    }
  }

  private record Horizon(long horizonMillis) implements Step {
    @Override
    public void take(DecodeHarness harness) throws Exception {
      harness.horizon(horizonMillis);
    }
  }

  /**
   * Two sessions with gaps and delays, and two swaps, the second of which needs fresh state.
   *
   * @param streams blocks of each session and stream, in order
   * @param secondMillis log time of the first swap
   * @param thirdMillis log time of the second swap
   */
  private record World(List<List<RawRecord>> streams, long secondMillis, long thirdMillis) {
    static World of(long seed) {
      Random random = new Random(seed);
      List<List<RawRecord>> streams = new ArrayList<>();
      for (String name : List.of("a", "b")) {
        TestSession session = new TestSession(name, random.nextLong(), DURATION_MILLIS);
        streams.add(session.spikes(10 + random.nextInt(50), random.nextInt(90)));
        streams.add(session.lfp(10 + random.nextInt(50), random.nextInt(90)));
      }
      long second = 100L + random.nextInt(300);
      return new World(streams, second, second + 150 + random.nextInt(300));
    }

    String modelAt(long logMillis) {
      if (logMillis < secondMillis) {
        return FIRST;
      }
      return logMillis < thirdMillis ? SECOND : THIRD;
    }

    /** By the definition: when the first of the session's streams reached the window's end. */
    long logMillis(Decoded window) {
      long log = Long.MAX_VALUE;
      for (List<RawRecord> stream : streams) {
        for (RawRecord record : stream) {
          long end = new BlockCodec().decode(record.value()).block().endNanos();
          if (record.session().equals(window.getSession()) && end >= window.getWindowEndNanos()) {
            log = Math.min(log, record.timestampMillis());
          }
        }
      }
      return log;
    }

    /** All announcements known at the start, blocks in order of log time. */
    List<Decoded> run() throws Exception {
      List<Step> steps = new ArrayList<>(announcements());
      inLogOrder().forEach(record -> steps.add(harness -> harness.send(record)));
      return SwapLawsTest.run(steps);
    }

    List<RawRecord> inLogOrder() {
      return streams.stream()
          .flatMap(List::stream)
          .sorted(Comparator.comparingLong(RawRecord::timestampMillis))
          .toList();
    }

    private List<Step> announcements() {
      return List.of(
          new Horizon(secondMillis - 1),
          harness -> harness.announce(Terms.live(SECOND, secondMillis, 0)),
          new Horizon(thirdMillis - 1),
          harness -> harness.announce(Terms.live(THIRD, thirdMillis, 1)),
          new Horizon(Long.MAX_VALUE));
    }

    /** Each stream and the control topic in its order, and nothing else is; then the end. */
    List<Step> shuffled(Random random) {
      List<List<Step>> queues = new ArrayList<>();
      for (List<RawRecord> stream : streams) {
        List<Step> queue = new ArrayList<>();
        stream.forEach(record -> queue.add(harness -> harness.send(record)));
        queues.add(queue);
      }
      queues.add(new ArrayList<>(announcements()));
      List<Step> steps = new ArrayList<>();
      while (!queues.isEmpty()) {
        List<Step> queue = queues.get(random.nextInt(queues.size()));
        int count = 1 + random.nextInt(3);
        while (count-- > 0 && !queue.isEmpty()) {
          steps.add(queue.remove(0));
        }
        queues.removeIf(List::isEmpty);
      }
      steps.add(DecodeHarness::end);
      return steps;
    }
  }

  private static List<Decoded> run(List<Step> steps) throws Exception {
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, SETTINGS)) {
      for (Step step : steps) {
        step.take(harness);
      }
      return harness.end().decoded();
    }
  }

  private static List<Decoded> sorted(List<Decoded> decoded) {
    return decoded.stream()
        .sorted(Comparator.comparing(Decoded::getSession).thenComparing(Decoded::getWindowEndNanos))
        .toList();
  }

  private static Map<String, List<Decoded>> bySession(List<Decoded> decoded) {
    Map<String, List<Decoded>> sessions = new TreeMap<>();
    decoded.forEach(d -> sessions.computeIfAbsent(d.getSession(), s -> new ArrayList<>()).add(d));
    return sessions;
  }
}
