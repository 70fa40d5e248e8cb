package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.chaos.Anomaly.Kind;
import io.entrain.wire.v1.Alignment;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A checker that finds nothing must have been able to find something. */
class CheckerTest {
  private static final int PANES = 40;

  static LongStream seeds() {
    return LongStream.range(0, 25);
  }

  @Test
  void findsNothingInTheSameRecords() {
    assertThat(Checker.compare(good(1), good(1), false))
        .isEqualTo(new Verdict(4 * PANES, 0, List.of()));
  }

  @Test
  void doesNotMindHowTopicsAndSessionsInterleave() {
    List<Output> sorted = new ArrayList<>(good(2));
    sorted.sort((a, b) -> a.session().compareTo(b.session()));
    assertThat(Checker.compare(good(2), sorted, false).clean()).isTrue();
  }

  @Test
  void isNotCleanWhereNothingWasCompared() {
    assertThat(Checker.compare(List.of(), List.of(), false).clean()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsALostPane(long seed) {
    List<Output> delivered = good(seed);
    int victim = decodedAt(seed);
    // A pane is a record on each topic.
    delivered.remove(victim + 1);
    delivered.remove(victim);
    assertFinds(seed, delivered, Kind.LOST, Kind.LOST);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsHalfAPane(long seed) {
    List<Output> delivered = good(seed);
    delivered.remove(decodedAt(seed));
    assertFinds(seed, delivered, Kind.TORN);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsADuplicateAndAllowsARepeatWhereItMay(long seed) {
    List<Output> delivered = good(seed);
    delivered.add(delivered.get(any(seed)));
    assertFinds(seed, delivered, Kind.DUPLICATE);
    Verdict lenient = Checker.compare(good(seed), delivered, true);
    assertThat(lenient.clean()).isTrue();
    assertThat(lenient.repeats()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void findsARepeatThatDiffers(boolean repeatsAllowed) {
    for (long seed = 0; seed < 25; seed++) {
      List<Output> delivered = good(seed);
      delivered.add(otherValue(delivered.get(decodedAt(seed))));
      assertThat(kinds(Checker.compare(good(seed), delivered, repeatsAllowed)))
          .containsExactly(Kind.WRONG_VALUE);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsRecordsThatChangedPlaces(long seed) {
    List<Output> delivered = good(seed);
    int victim = decodedAt(seed);
    // The next record of the same session on the same topic.
    int next = victim + 4 < delivered.size() ? victim + 4 : victim - 4;
    Output moved = delivered.get(victim);
    delivered.set(victim, delivered.get(next));
    delivered.set(next, moved);
    assertFinds(seed, delivered, Kind.REORDERED);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsOneBitOfAValue(long seed) {
    List<Output> delivered = good(seed);
    int victim = decodedAt(seed);
    delivered.set(victim, otherValue(delivered.get(victim)));
    assertFinds(seed, delivered, Kind.WRONG_VALUE);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsARecordThatIsCutShortWhereverItIsCut(long seed) {
    List<Output> delivered = good(seed);
    Output whole = delivered.get(decodedAt(seed));
    int length = new Random(seed).nextInt(whole.value().length);
    delivered.add(new Output(whole.kind(), whole.session(), Arrays.copyOf(whole.value(), length)));
    assertThat(kinds(Checker.compare(good(seed), delivered, false))).containsExactly(Kind.TORN);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsAPaneThatNobodyAskedFor(long seed) {
    List<Output> delivered = good(seed);
    delivered.add(any(seed), decoded("a", PANES + 1, 0.5f));
    assertFinds(seed, delivered, Kind.UNEXPECTED);
  }

  @Test
  void tellsPanesThatAClockMadeTwiceFromRepeats() {
    List<Output> good = good(3);
    good.add(otherValue(good.get(0)));
    good.add(otherValue(good.get(1)));
    assertThat(Checker.compare(good, good, false).clean()).isTrue();
    List<Output> once = good.subList(0, good.size() - 2);
    assertThat(kinds(Checker.compare(good, once, false))).containsExactly(Kind.LOST, Kind.LOST);
  }

  private static void assertFinds(long seed, List<Output> delivered, Kind... kinds) {
    assertThat(kinds(Checker.compare(good(seed), delivered, false))).containsExactly(kinds);
  }

  private static List<Kind> kinds(Verdict verdict) {
    return verdict.anomalies().stream().map(Anomaly::kind).toList();
  }

  /** Two sessions, two topics, pane by pane. */
  private static List<Output> good(long seed) {
    Random random = new Random(seed);
    List<Output> outputs = new ArrayList<>();
    for (int pane = 0; pane < PANES; pane++) {
      for (String session : List.of("a", "b")) {
        outputs.add(decoded(session, pane, random.nextFloat()));
        outputs.add(alignment(session, pane, random.nextFloat()));
      }
    }
    return outputs;
  }

  private static int any(long seed) {
    return new Random(seed).nextInt(4 * PANES);
  }

  private static int decodedAt(long seed) {
    return any(seed) / 2 * 2;
  }

  private static Output decoded(String session, int pane, float mean) {
    Decoded record =
        Decoded.newBuilder()
            .setSession(session)
            .setModel("m")
            .setWindowEndNanos(pane * 20_000_000L)
            .addComponent(Component.newBuilder().setName("x").setMean(mean))
            .build();
    return new Output(OutputKind.DECODED, session, record.toByteArray());
  }

  private static Output alignment(String session, int pane, float probability) {
    Alignment record =
        Alignment.newBuilder()
            .setSession(session)
            .setModel("m")
            .setWindowEndNanos(pane * 20_000_000L)
            .addPosterior(probability)
            .build();
    return new Output(OutputKind.ALIGNMENT, session, record.toByteArray());
  }

  /** The same pane with the last bit of its value flipped. */
  private static Output otherValue(Output output) {
    byte[] value = output.value().clone();
    int lowest = value.length - 4;
    value[lowest] ^= 1;
    return new Output(output.kind(), output.session(), value);
  }
}
