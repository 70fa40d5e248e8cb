package io.entrain.world;

import io.entrain.recording.EventSignal;
import io.entrain.recording.KnownLag;
import io.entrain.recording.Labels;
import io.entrain.recording.SampleSignal;
import io.entrain.recording.Session;
import io.entrain.recording.Signal;
import io.entrain.recording.Span;
import io.entrain.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The simulated world: one session of one subject, a pure function of its {@link WorldOptions}.
 *
 * <p>Time starts at 0. The LFP's clock is the true one and the target's; the spikes are stamped by
 * a {@link Clock} of their own.
 */
public final class World {
  public static final String SPIKES = "spikes";
  public static final String LFP = "lfp";
  public static final List<String> TARGET = List.of("velocity_x", "velocity_y");
  public static final String TARGET_UNIT = "sd";

  private static final int TRUTH_STEP_MILLIS = 10;

  private final WorldOptions options;
  private final long seed;
  private final Span span;
  private final Grid grid;

  private World(WorldOptions options) {
    this.options = options;
    // A session seed means something else for each subject, so that no two subjects make the same
    // movements.
    seed = options.subject() * 1_000_003L + options.session();
    span = new Span(0, options.seconds() * 1_000_000_000L);
    grid = Grid.around(options.seconds() * 1000L);
  }

  public static Session session(WorldOptions options) {
    return new World(options).session();
  }

  /** What happens in a session before any clock, noise or gap. */
  static LiveSource source(WorldOptions options) {
    World world = new World(options);
    Subject subject = Subject.of(options.subject());
    Latents latents = Latents.draw(world.seed, world.grid);
    return new LiveSource(
        world.seed,
        world.span,
        merge(SpikeTrains.draw(subject, world.seed, world.grid, latents)),
        world.samples(FieldPotential.draw(subject, world.seed, world.grid, latents)),
        world.truth(latents));
  }

  private Session session() {
    Subject subject = Subject.of(options.subject());
    Latents latents = Latents.draw(seed, grid);
    LagPath path = options.lag().path(seed, span);
    Clock clock = new Clock(path, options.faults().jitterMillis(), seed);
    checkReach(path, clock.marginMillis());
    List<Signal> signals = List.of(spikes(subject, latents, clock), lfp(subject, latents));
    Labels labels = truth(latents);
    double[] lag = new double[labels.nanos().length];
    for (int i = 0; i < lag.length; i++) {
      lag[i] = micro(path.millisAt(labels.nanos()[i]));
    }
    return new Session(
        new Session.About(
            options.name(),
            "simulated: subject " + options.subject() + ", session seed " + options.session(),
            "",
            List.of()),
        span,
        signals,
        labels,
        new KnownLag(SPIKES, clock.marginMillis(), labels.nanos(), lag));
  }

  private void checkReach(LagPath path, double marginMillis) {
    double reach =
        Math.max(
            Math.abs(path.millisAt(span.startNanos())), Math.abs(path.millisAt(span.endNanos())));
    double bound = Grid.MARGIN_MILLIS - 1000.0;
    if (Math.max(reach, options.lag().rangeMillis()) + marginMillis > bound) {
      throw new IllegalArgumentException(
          "lag with jitter reaches "
              + Math.round(Math.max(reach, options.lag().rangeMillis()) + marginMillis)
              + " ms, bound "
              + Math.round(bound)
              + " ms; lower the range, the drift or the jitter");
    }
  }

  private EventSignal spikes(Subject subject, Latents latents, Clock clock) {
    long[][] trains = SpikeTrains.draw(subject, seed, grid, latents);
    if (options.faults().noise() > 0) {
      trains = Noise.spurious(trains, options.faults().noise(), seed, grid);
    }
    EventSignal stamped = clock.stamp(merge(trains), span);
    return new EventSignal(
        SPIKES, stamped.channels(), stamped.nanos(), stamped.channel(), gaps(SPIKES, 0));
  }

  private static EventSignal merge(long[][] trains) {
    record Event(long nanos, int unit) {}
    List<Event> events = new ArrayList<>();
    for (int unit = 0; unit < trains.length; unit++) {
      for (long nanos : trains[unit]) {
        events.add(new Event(nanos, unit));
      }
    }
    events.sort((a, b) -> Long.compare(a.nanos(), b.nanos()));
    return new EventSignal(
        SPIKES,
        trains.length,
        events.stream().mapToLong(Event::nanos).toArray(),
        events.stream().mapToInt(Event::unit).toArray(),
        List.of());
  }

  private SampleSignal lfp(Subject subject, Latents latents) {
    float[][] channels = FieldPotential.draw(subject, seed, grid, latents);
    if (options.faults().noise() > 0) {
      Noise.white(channels, options.faults().noise(), seed);
    }
    return samples(channels);
  }

  private SampleSignal samples(float[][] channels) {
    int rows = options.seconds() * 1000;
    float[] values = new float[rows * channels.length];
    IntStream.range(0, channels.length)
        .parallel()
        .forEach(
            channel -> {
              for (int row = 0; row < rows; row++) {
                values[row * channels.length + channel] =
                    channels[channel][row + Grid.MARGIN_MILLIS];
              }
            });
    return new SampleSignal(LFP, channels.length, 1000, values, gaps(LFP, 1));
  }

  /** Gaps of 100–300 ms on the millisecond; the whole session where the modality is missing. */
  private List<Span> gaps(String modality, int index) {
    if (options.faults().missing().equals(modality)) {
      return List.of(span);
    }
    List<Span> gaps = new ArrayList<>();
    if (options.faults().gapsPerMinute() == 0) {
      return gaps;
    }
    Draw draw = Draw.of(seed, Purpose.GAPS, index);
    double meanWaitMillis = 60_000 / options.faults().gapsPerMinute();
    long millis = 0;
    while (true) {
      long from = millis + 1 + (long) draw.exponential(meanWaitMillis);
      long until = from + (long) draw.uniform(100, 301);
      if (until * 1_000_000L >= span.endNanos()) {
        return gaps;
      }
      gaps.add(new Span(from * 1_000_000L, until * 1_000_000L));
      millis = until;
    }
  }

  private Labels truth(Latents latents) {
    int rows = options.seconds() * 1000 / TRUTH_STEP_MILLIS;
    long[] nanos = new long[rows];
    double[][] values = new double[rows][];
    for (int row = 0; row < rows; row++) {
      long millis = (long) row * TRUTH_STEP_MILLIS + TRUTH_STEP_MILLIS / 2;
      int index = grid.indexOfMillis(millis);
      nanos[row] = millis * 1_000_000L;
      values[row] = new double[] {micro(latents.target(index, 0)), micro(latents.target(index, 1))};
    }
    return new Labels(nanos, TARGET, TARGET_UNIT, values);
  }

  /** Six decimals: the truth as it is written. */
  static double micro(double value) {
    return Math.rint(value * 1e6) / 1e6;
  }
}
