package io.entrain.world;

import io.entrain.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.List;

/**
 * What stays the same over all sessions of one subject: how each unit and each LFP channel depends
 * on the latents.
 *
 * <p>Scales that {@code simulation.md} leaves open are chosen here so that spikes carry the
 * velocity and LFP the gate and the component with little loss, and the bursts alone give the lag
 * to about 2 ms in 1 s.
 */
public record Subject(long seed, List<Unit> units, List<Channel> channels) {
  public static final int UNITS = 96;
  public static final int CHANNELS = 16;

  /** Loading of a unit on a burst: 1 sd puts the bound on the lag at about 2 ms in 1 s. */
  private static final double UNIT_BURST_SD = 1;

  /**
   * A unit of the array.
   *
   * @param rateHz resting rate, median 15 Hz, within 5–33 Hz
   * @param velocity loading on u (x, y), a preferred direction
   * @param speed loading on |u|
   * @param bursts loadings on the four bursts
   */
  record Unit(double rateHz, double[] velocity, double speed, double[] bursts) {}

  /**
   * An LFP channel.
   *
   * @param gate how strongly g moves the band amplitudes (m)
   * @param gammaBursts loadings of gamma's log amplitude on the bursts (L_g)
   * @param evoked loadings of the evoked response on the bursts
   * @param component loadings on a (x, y)
   */
  record Channel(double gate, double[] gammaBursts, double[] evoked, double[] component) {}

  public Subject {
    units = List.copyOf(units);
    channels = List.copyOf(channels);
  }

  public static Subject of(long seed) {
    List<Unit> units = new ArrayList<>();
    for (int i = 0; i < UNITS; i++) {
      units.add(unit(Draw.of(seed, Purpose.SUBJECT_UNIT, i)));
    }
    List<Channel> channels = new ArrayList<>();
    for (int i = 0; i < CHANNELS; i++) {
      channels.add(channel(Draw.of(seed, Purpose.SUBJECT_CHANNEL, i)));
    }
    return new Subject(seed, units, channels);
  }

  private static Unit unit(Draw draw) {
    double rateHz = Math.max(5, Math.min(33, 15 * StrictMath.exp(.45 * draw.gaussian())));
    double angle = draw.uniform(0, 2 * StrictMath.PI);
    double depth = draw.uniform(.25, .55);
    double[] velocity = {depth * StrictMath.cos(angle), depth * StrictMath.sin(angle)};
    return new Unit(rateHz, velocity, .15 * draw.gaussian(), loadings(draw, UNIT_BURST_SD));
  }

  private static Channel channel(Draw draw) {
    double gate = draw.uniform(.7, 1.3);
    double angle = draw.uniform(0, 2 * StrictMath.PI);
    double[] component = {StrictMath.cos(angle), StrictMath.sin(angle)};
    return new Channel(gate, loadings(draw, 1), loadings(draw, 1), component);
  }

  private static double[] loadings(Draw draw, double sd) {
    double[] values = new double[Latents.BURSTS];
    for (int k = 0; k < values.length; k++) {
      values[k] = sd * draw.gaussian();
    }
    return values;
  }
}
