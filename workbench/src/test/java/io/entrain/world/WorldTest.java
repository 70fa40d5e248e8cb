package io.entrain.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.entrain.recording.Departure;
import io.entrain.recording.EventSignal;
import io.entrain.recording.Playback;
import io.entrain.recording.SampleSignal;
import io.entrain.recording.Session;
import io.entrain.recording.Span;
import io.entrain.wire.Block;
import io.entrain.world.WorldOptions.Faults;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorldTest {
  private static final long SECOND = 1_000_000_000L;
  private static final LagPlan LIVELY = new LagPlan(20, 50, 60, 20, 3, 150);

  @ParameterizedTest
  @ValueSource(longs = {1, 7, 1234})
  void theSameSeedsGiveTheSameSession(long seed) {
    WorldOptions options = new WorldOptions(1, seed, 5, LIVELY, new Faults(8, 1, 30, ""));
    assertThat(World.session(options)).isEqualTo(World.session(options));
    assertThat(World.session(options))
        .isNotEqualTo(
            World.session(new WorldOptions(1, seed + 1, 5, LIVELY, new Faults(8, 1, 30, ""))));
  }

  /** Pins the generator: a change here changes what every model was trained on. */
  @Test
  void theGoldenSessionIsWhatItWasWhenTheModelsWereTrained() throws Exception {
    Session session = World.session(new WorldOptions(1, 1, 4, LIVELY, new Faults(8, 1, 30, "")));
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    EventSignal spikes = (EventSignal) session.signal(World.SPIKES);
    SampleSignal lfp = (SampleSignal) session.signal(World.LFP);
    for (int i = 0; i < spikes.nanos().length; i++) {
      update(digest, spikes.nanos()[i], spikes.channel()[i]);
    }
    for (float value : lfp.values()) {
      update(digest, Float.floatToRawIntBits(value), 0);
    }
    for (int i = 0; i < session.labels().nanos().length; i++) {
      update(digest, session.labels().nanos()[i], Math.round(session.lag().millis()[i] * 1e6));
      update(
          digest,
          Math.round(session.labels().values()[i][0] * 1e6),
          Math.round(session.labels().values()[i][1] * 1e6));
    }
    session
        .signals()
        .forEach(s -> s.gaps().forEach(g -> update(digest, g.startNanos(), g.endNanos())));
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("5911b71ca5d22b614129d09e75db298197eb5fad3ce905d7957d496b6c00d74e");
  }

  private static void update(MessageDigest digest, long first, long second) {
    digest.update(ByteBuffer.allocate(16).putLong(first).putLong(second).array());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void unitsFireAtRatesOfTheCortexAndTheTargetHasUnitVariance(long subject) {
    Session session = World.session(WorldOptions.clean(subject, 1, 300));
    EventSignal spikes = (EventSignal) session.signal(World.SPIKES);
    double[] rateHz = new double[Subject.UNITS];
    Arrays.stream(spikes.channel()).forEach(unit -> rateHz[unit] += 1 / 300.0);
    Arrays.sort(rateHz);
    assertThat(rateHz[0]).isBetween(4.0, 9.0);
    assertThat(rateHz[Subject.UNITS / 2]).isCloseTo(15, within(2.5));
    assertThat(rateHz[Subject.UNITS - 1]).isBetween(22.0, 45.0);
    for (int axis = 0; axis < 2; axis++) {
      int k = axis;
      double variance =
          Arrays.stream(session.labels().values())
              .mapToDouble(y -> y[k] * y[k])
              .average()
              .orElseThrow();
      assertThat(variance).isCloseTo(1, within(.12));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noiseAddsSpikesAndLeavesTheCleanOnesWhereTheyAre(long seed) {
    EventSignal clean = spikes(new WorldOptions(1, seed, 10, LIVELY, Faults.NONE));
    EventSignal noisy = spikes(new WorldOptions(1, seed, 10, LIVELY, new Faults(0, 2, 0, "")));
    TreeMap<String, Integer> rest = new TreeMap<>();
    for (int i = 0; i < noisy.nanos().length; i++) {
      rest.merge(noisy.nanos()[i] + "/" + noisy.channel()[i], 1, Integer::sum);
    }
    for (int i = 0; i < clean.nanos().length; i++) {
      rest.merge(clean.nanos()[i] + "/" + clean.channel()[i], -1, Integer::sum);
    }
    assertThat(rest.values()).allMatch(count -> count >= 0);
    assertThat(noisy.nanos().length)
        .isCloseTo(3 * clean.nanos().length, within(clean.nanos().length / 4));
  }

  /**
   * Loud in proportion for every unit, whatever its resting rate; within 6 sd of a Poisson count
   * whose rate is taken over the margins as well, 70 s instead of 60.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noiseIsSoManyTimesEachUnitsOwnRate(long subject) {
    int sigma = 4;
    EventSignal clean = spikes(new WorldOptions(subject, 1, 60, LagPlan.NONE, Faults.NONE));
    EventSignal noisy =
        spikes(new WorldOptions(subject, 1, 60, LagPlan.NONE, new Faults(0, sigma, 0, "")));
    for (int unit = 0; unit < Subject.UNITS; unit++) {
      int i = unit;
      long own = Arrays.stream(clean.channel()).filter(u -> u == i).count();
      long added = Arrays.stream(noisy.channel()).filter(u -> u == i).count() - own;
      assertThat((double) added)
          .as("unit %d", unit)
          .isCloseTo(
              (double) (sigma * own), within(6 * Math.sqrt((sigma + .2 * sigma * sigma) * own)));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-150, -7.5, 40, 150})
  void aConstantLagMovesEverySpikeAndFillsBothEnds(double millis) {
    EventSignal at0 = spikes(WorldOptions.clean(1, 5, 10));
    EventSignal late = spikes(new WorldOptions(1, 5, 10, LagPlan.constant(millis), Faults.NONE));
    long shift = (long) (millis * 1e6);
    long[] expected =
        Arrays.stream(at0.nanos())
            .map(t -> t + shift)
            .filter(t -> 0 <= t && t < 10 * SECOND)
            .toArray();
    long from = Math.max(0, shift);
    long until = 10 * SECOND + Math.min(0, shift);
    assertThat(Arrays.stream(late.nanos()).filter(t -> from <= t && t < until).toArray())
        .isEqualTo(expected);
    double bySecond = late.nanos().length / 10.0;
    assertThat(countWithin(late, 0, SECOND))
        .isCloseTo((int) bySecond, within((int) (bySecond / 3)));
    assertThat(countWithin(late, 9 * SECOND, 10 * SECOND))
        .isCloseTo((int) bySecond, within((int) (bySecond / 3)));
  }

  private static int countWithin(EventSignal events, long from, long until) {
    return events.indexAt(until) - events.indexAt(from);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void truthHoldsTheLagByWhichSpikesWereStamped(long seed) {
    EventSignal clean = spikes(WorldOptions.clean(1, seed, 20));
    Session session = World.session(new WorldOptions(1, seed, 20, LIVELY, Faults.NONE));
    EventSignal stamped = (EventSignal) session.signal(World.SPIKES);
    long[] expected =
        IntStream.range(0, clean.nanos().length)
            .mapToLong(i -> clean.nanos()[i] + (long) (lagAt(session, clean.nanos()[i]) * 1e6))
            .filter(t -> SECOND < t && t < 19 * SECOND)
            .sorted()
            .toArray();
    long[] actual =
        Arrays.stream(stamped.nanos()).filter(t -> SECOND < t && t < 19 * SECOND).toArray();
    // Truth stands each 10 ms: stamps agree to a millisecond but for the spikes within 10 ms of a
    // jump.
    assertThat(actual.length).isCloseTo(expected.length, within(expected.length / 100));
    Arrays.sort(actual);
    long close = Arrays.stream(expected).filter(t -> nearest(actual, t) < 1_000_000).count();
    assertThat(close).isGreaterThan(expected.length * 98L / 100);
  }

  private static double lagAt(Session session, long nanos) {
    int row = (int) Math.max(0, Math.min(session.lag().nanos().length - 1, nanos / 10_000_000));
    return session.lag().millis()[row];
  }

  private static long nearest(long[] sorted, long value) {
    int place = Arrays.binarySearch(sorted, value);
    if (place >= 0) {
      return 0;
    }
    int above = -place - 1;
    long left = above == 0 ? Long.MAX_VALUE : value - sorted[above - 1];
    long right = above == sorted.length ? Long.MAX_VALUE : sorted[above] - value;
    return Math.min(left, right);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void noBlockLeavesBeforeTheLastOfItsSpikesHasHappened(long seed) {
    LagPlan plan = seed % 2 == 0 ? LIVELY : LagPlan.wandering(60, 150);
    Session session = World.session(new WorldOptions(1, seed, 20, plan, new Faults(8, 0, 0, "")));
    EventSignal clean = spikes(WorldOptions.clean(1, seed, 20));
    Clock clock = new Clock(plan.path(1_000_003L + seed, session.span()), 8, 1_000_003L + seed);
    TreeMap<Long, Long> happened = new TreeMap<>();
    for (long nanos : clean.nanos()) {
      happened.merge(clock.stamp(nanos), nanos, Math::max);
    }
    long leastWait = Long.MAX_VALUE;
    for (Playback playback = new Playback().add(session, "s", Playback.BLOCK_NANOS);
        playback.hasNext(); ) {
      Departure departure = playback.next();
      Block block = departure.block();
      if (block != null && block.modality().equals(World.SPIKES)) {
        for (long latest : happened.subMap(block.startNanos(), block.endNanos()).values()) {
          assertThat(departure.nanos()).isGreaterThan(latest - 1_000_000);
          leastWait = Math.min(leastWait, departure.nanos() - latest);
        }
      }
    }
    assertThat(leastWait).as("blocks leave soon after their last spike").isLessThan(40_000_000L);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aWanderingLagHasItsSdAndStaysWithinItsRange(long seed) {
    Span span = new Span(0, 4000 * SECOND);
    LagPath path = LagPlan.wandering(60, 150).path(seed, span);
    double[] millis =
        IntStream.range(0, 4000).mapToDouble(second -> path.millisAt(second * SECOND)).toArray();
    double meanSquare = Arrays.stream(millis).map(x -> x * x).average().orElseThrow();
    assertThat(Math.sqrt(meanSquare)).isCloseTo(60, within(10.0));
    assertThat(Arrays.stream(millis).map(Math::abs).max().orElseThrow()).isLessThanOrEqualTo(150);
  }

  @Test
  void aMissingModalityIsOneGapAndTheOtherStays() {
    Session session =
        World.session(new WorldOptions(1, 1, 2, LagPlan.NONE, new Faults(0, 0, 0, World.LFP)));
    assertThat(session.signal(World.LFP).gaps()).isEqualTo(List.of(session.span()));
    assertThat(session.signal(World.SPIKES).gaps()).isEmpty();
  }

  @Test
  void refusesWhatItCannotSimulate() {
    assertThatThrownBy(() -> LagPlan.wandering(-1, 150)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new Faults(0, 0, 0, "ecg"))
        .hasMessageContaining("'ecg', want spikes or lfp");
    assertThatThrownBy(
            () -> World.session(new WorldOptions(1, 1, 5, LagPlan.constant(4500), Faults.NONE)))
        .hasMessageContaining("bound 4000 ms");
    assertThatThrownBy(() -> WorldOptions.clean(1, 1, 0)).hasMessageContaining("want at least 1 s");
  }

  private static EventSignal spikes(WorldOptions options) {
    return (EventSignal) World.session(options).signal(World.SPIKES);
  }
}
