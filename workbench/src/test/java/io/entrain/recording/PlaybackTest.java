package io.entrain.recording;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.Format;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import io.entrain.world.WorldOptions.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaybackTest {
  private static final long MILLI = 1_000_000L;

  private static Session session(long seed) {
    return World.session(
        new WorldOptions(1, seed, 6, LagPlan.wandering(60, 150), new Faults(8, 0, 30, "")));
  }

  private static List<Departure> departures(Session session, long blockMillis) {
    List<Departure> all = new ArrayList<>();
    new Playback()
        .add(session, session.about().name(), blockMillis * MILLI)
        .forEachRemaining(all::add);
    return all;
  }

  private static List<Block> blocks(Session session, String modality, long blockMillis) {
    return departures(session, blockMillis).stream()
        .map(Departure::block)
        .filter(block -> block != null && block.modality().equals(modality))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"1,5", "1,20", "1,137", "2,5", "2,137", "3,1", "3,999"})
  void blocksOfAnyLengthHoldTheSameEventsAndSamples(long seed, long blockMillis) {
    Session session = session(seed);
    assertThat(events(blocks(session, World.SPIKES, blockMillis)))
        .isEqualTo(events(blocks(session, World.SPIKES, 20)))
        .hasSizeGreaterThan(5000);
    assertThat(samples(blocks(session, World.LFP, blockMillis)))
        .isEqualTo(samples(blocks(session, World.LFP, 20)))
        .hasSizeGreaterThan(5000);
  }

  @ParameterizedTest
  @ValueSource(strings = {World.SPIKES, World.LFP})
  void aModalityThatIsLostIsNeverSentAndTheOtherIsAsItWas(String lost) {
    Session session = session(4);
    Session rest = session.without(lost);
    String other = lost.equals(World.SPIKES) ? World.LFP : World.SPIKES;
    assertThat(blocks(rest, lost, 20)).isEmpty();
    assertThat(blocks(rest, other, 20)).isEqualTo(blocks(session, other, 20)).isNotEmpty();
  }

  private static List<String> events(List<Block> blocks) {
    List<String> events = new ArrayList<>();
    for (Block block : blocks) {
      for (int i = 0; i < block.events().channel().length; i++) {
        events.add(
            block.startNanos()
                + block.events().offsetNanos()[i]
                + "/"
                + block.events().channel()[i]);
      }
    }
    return events;
  }

  private static List<String> samples(List<Block> blocks) {
    List<String> rows = new ArrayList<>();
    for (Block block : blocks) {
      int size = block.samples().sizeInSamples();
      for (int i = 0; i < size; i++) {
        long nanos = block.startNanos() + block.spanNanos() * i / size;
        rows.add(nanos + "/" + block.samples().value()[i * block.samples().channels()]);
      }
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({"1,5", "2,20", "3,137", "4,20"})
  void blocksCoverTheSessionButForItsGapsAndCountFromZero(long seed, long blockMillis) {
    Session session = session(seed);
    for (Signal signal : session.signals()) {
      List<Block> blocks = blocks(session, signal.modality(), blockMillis);
      List<Span> holes = new ArrayList<>();
      long reached = session.span().startNanos();
      for (int i = 0; i < blocks.size(); i++) {
        assertThat(blocks.get(i).sequence()).isEqualTo(i);
        if (blocks.get(i).startNanos() > reached) {
          holes.add(new Span(reached, blocks.get(i).startNanos()));
        }
        reached = blocks.get(i).endNanos();
      }
      assertThat(reached).isEqualTo(session.span().endNanos());
      assertThat(holes).isEqualTo(signal.gaps()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void departuresNeverGoBackAndTruthLeavesAtItsTime(long seed) {
    List<Departure> departures = departures(session(seed), 20);
    assertThat(departures.stream().mapToLong(Departure::nanos)).isSorted();
    assertThat(departures.stream().filter(d -> d.truth() != null))
        .hasSize(600)
        .allMatch(d -> d.nanos() == d.truth().getTimeNanos() && d.truth().hasLagMillis());
  }

  @Test
  void everyBlockIsOneThatTheStrictCodecAccepts() throws Exception {
    BlockCodec codec = new BlockCodec();
    for (Departure departure : departures(session(1), 137)) {
      if (departure.block() != null) {
        byte[] bytes = codec.encode(departure.block(), Format.PROTOBUF);
        assertThat(codec.decode(bytes).block()).isEqualTo(departure.block());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {125, 128, 44.1, 999.9, 30_000})
  void samplesOfAnyRateAreSentOnceAndInOrder(double rateHz) {
    int rows = (int) Math.floor(3 * rateHz);
    float[] values = new float[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = i;
    }
    Session session =
        new Session(
            new Session.About("s", "", "", List.of()),
            new Span(7 * MILLI, 3007 * MILLI),
            List.of(new SampleSignal("ecg", 1, rateHz, values, List.of())),
            null,
            null);
    List<Float> sent = new ArrayList<>();
    for (Block block : blocks(session, "ecg", 20)) {
      assertThat(block.samples().value().length)
          .isBetween(
              (int) (block.spanNanos() * rateHz / 1e9 - 1),
              (int) (block.spanNanos() * rateHz / 1e9 + 1));
      for (float value : block.samples().value()) {
        sent.add(value);
      }
    }
    assertThat(sent).hasSize(rows).isSorted();
  }

  @Test
  void aPartOfASessionHoldsWhatTheWholeHoldsThere() {
    Session whole = World.session(WorldOptions.clean(1, 3, 6));
    Span span = new Span(2000 * MILLI, 5000 * MILLI);
    Session part = whole.between(span);
    for (String modality : List.of(World.SPIKES, World.LFP)) {
      List<Block> inside =
          blocks(whole, modality, 20).stream().filter(b -> span.contains(b.startNanos())).toList();
      List<Block> ofPart = blocks(part, modality, 20);
      assertThat(ofPart).hasSize(inside.size());
      for (int i = 0; i < inside.size(); i++) {
        assertThat(ofPart.get(i).startNanos()).isEqualTo(inside.get(i).startNanos());
        assertThat(ofPart.get(i).events()).isEqualTo(inside.get(i).events());
        assertThat(ofPart.get(i).samples()).isEqualTo(inside.get(i).samples());
      }
    }
  }

  @Test
  void aStreamStampedLateLeavesThatMuchBeforeItsStamp() {
    long[] nanos = LongStream.range(0, 600).map(i -> i * 10 * MILLI).toArray();
    double[] millis = new double[600];
    java.util.Arrays.fill(millis, 100);
    DepartureTimes times = new DepartureTimes(new KnownLag("a", 0, nanos, millis));
    assertThat(times.of(50 * MILLI)).isEqualTo(-50 * MILLI);
    assertThat(times.of(1000 * MILLI)).isEqualTo(900 * MILLI);
    assertThat(times.of(6500 * MILLI)).isEqualTo(6400 * MILLI);
  }
}
