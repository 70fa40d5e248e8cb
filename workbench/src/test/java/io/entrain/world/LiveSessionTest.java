package io.entrain.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.recording.EventSignal;
import io.entrain.recording.SampleSignal;
import io.entrain.recording.Session;
import io.entrain.recording.Signal;
import io.entrain.recording.Span;
import io.entrain.world.WorldOptions.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveSessionTest {
  private static final int SECONDS = 4;
  private static final long END_NANOS = SECONDS * 1_000_000_000L;
  private static final long AFTER_NANOS = END_NANOS + 2_000_000_000L;

  /** What left, put together again. */
  private static final class Heard implements LiveSession.Sink {
    private final List<Span> spikeSpans = new ArrayList<>();
    private final List<Span> fieldSpans = new ArrayList<>();
    private final List<Long> spikeNanos = new ArrayList<>();
    private final List<Integer> spikeUnits = new ArrayList<>();
    private final List<Float> field = new ArrayList<>();
    private final List<Double> lags = new ArrayList<>();

    @Override
    public void block(Span span, Signal signal) {
      if (signal instanceof EventSignal events) {
        spikeSpans.add(span);
        for (int i = 0; i < events.nanos().length; i++) {
          assertThat(span.contains(events.nanos()[i])).isTrue();
          spikeNanos.add(events.nanos()[i]);
          spikeUnits.add(events.channel()[i]);
        }
      } else {
        fieldSpans.add(span);
        for (float value : ((SampleSignal) signal).values()) {
          field.add(value);
        }
      }
    }

    @Override
    public void truth(long nanos, double lagMillis, double[] values) {
      lags.add(lagMillis);
    }

    private static void assertApart(List<Span> spans) {
      for (int i = 1; i < spans.size(); i++) {
        assertThat(spans.get(i).startNanos()).isGreaterThanOrEqualTo(spans.get(i - 1).endNanos());
      }
    }
  }

  private static WorldOptions options(double jitterMillis) {
    LagPlan lag = new LagPlan(40, 0, 60, 20, 0, 150);
    return new WorldOptions(3, 5, SECONDS, lag, new Faults(jitterMillis, 0, 0, ""));
  }

  /** Lets all of it leave, in steps of random length. */
  private static void advance(
      LiveSession live, long fromNanos, long untilNanos, long seed, Heard heard) {
    Random random = new Random(seed);
    for (long now = fromNanos; now < untilNanos; now += 1 + random.nextLong(70_000_000)) {
      live.advance(now, heard);
    }
    live.advance(untilNanos, heard);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void givesWhatTheRecordedSessionHoldsHoweverItsTimeIsCut(long seed) {
    double jitterMillis = seed == 3 ? 8 : 0;
    Session whole = World.session(options(jitterMillis));
    LiveSession live = new LiveSession(options(jitterMillis));
    Heard heard = new Heard();
    advance(live, LiveSession.FIRST_NANOS, AFTER_NANOS, seed, heard);

    EventSignal spikes = (EventSignal) whole.signal(World.SPIKES);
    SampleSignal field = (SampleSignal) whole.signal(World.LFP);
    assertThat(heard.spikeNanos.stream().mapToLong(Long::longValue).toArray())
        .isEqualTo(spikes.nanos());
    assertThat(heard.spikeUnits.stream().mapToInt(Integer::intValue).toArray())
        .isEqualTo(spikes.channel());
    assertThat(heard.field).hasSize(field.values().length);
    for (int i = 0; i < field.values().length; i++) {
      assertThat(heard.field.get(i)).isEqualTo(field.values()[i]);
    }
    assertThat(heard.lags)
        .hasSize(whole.labels().nanos().length)
        .startsWith(whole.lag().millis()[0]);
    assertThat(live.isDone()).isTrue();
  }

  @Test
  void changesTheLagFromTheNextBlockOnWithoutABlockThatOverlaps() {
    LiveSession live = new LiveSession(options(0));
    Heard heard = new Heard();
    advance(live, LiveSession.FIRST_NANOS, END_NANOS / 2, 1, heard);
    live.set(LagPlan.constant(-100), Faults.NONE);
    advance(live, END_NANOS / 2, AFTER_NANOS, 2, heard);

    assertThat(heard.lags.get(heard.lags.size() - 1)).isEqualTo(-100);
    Heard.assertApart(heard.spikeSpans);
    assertThat(heard.spikeSpans.get(heard.spikeSpans.size() - 1).endNanos()).isEqualTo(END_NANOS);
  }

  @Test
  void leavesOutWhatIsUnpluggedAndWhatFallsIntoGaps() {
    LiveSession live = new LiveSession(options(0));
    Heard heard = new Heard();
    live.set(LagPlan.NONE, new Faults(0, 0, 60, World.SPIKES));
    advance(live, LiveSession.FIRST_NANOS, AFTER_NANOS, 1, heard);

    assertThat(heard.spikeSpans).isEmpty();
    Heard.assertApart(heard.fieldSpans);
    long covered = heard.fieldSpans.stream().mapToLong(Span::nanos).sum();
    assertThat(covered).isBetween(END_NANOS / 4, END_NANOS - 100_000_000L);
    assertThat(live.isDone()).isTrue();
  }

  @Test
  void addsSpikesAndMovesTheFieldUnderNoise() {
    LiveSession live = new LiveSession(options(0));
    Heard heard = new Heard();
    live.set(LagPlan.NONE, new Faults(0, 1, 0, ""));
    advance(live, LiveSession.FIRST_NANOS, AFTER_NANOS, 1, heard);

    Session clean = World.session(WorldOptions.clean(3, 5, SECONDS));
    assertThat((double) heard.spikeNanos.size())
        .isGreaterThan(1.5 * ((EventSignal) clean.signal(World.SPIKES)).nanos().length);
    assertThat(heard.field.get(7))
        .isNotEqualTo(((SampleSignal) clean.signal(World.LFP)).values()[7]);
  }

  @Test
  void stampsEverythingLaterAfterALeapOfTheClock() {
    LiveSession live = new LiveSession(options(0));
    Heard heard = new Heard();
    advance(live, LiveSession.FIRST_NANOS, END_NANOS / 2, 1, heard);
    live.jumpClock(20_000_000_000L);
    advance(live, END_NANOS / 2, AFTER_NANOS, 1, heard);

    long leapNanos = END_NANOS + 20_000_000_000L;
    assertThat(heard.spikeSpans.get(heard.spikeSpans.size() - 1).endNanos()).isEqualTo(leapNanos);
    assertThat(heard.fieldSpans.get(heard.fieldSpans.size() - 1).endNanos()).isEqualTo(leapNanos);
  }
}
