package io.entrain.world;

/**
 * White noise into Gaussian noise of one band, of unit variance: two high-pass and two low-pass
 * sections.
 */
final class BandNoise {
  /** Run-in after which no filter of the world remembers its start. */
  static final int SETTLING_MILLIS = 2_000;

  private final Biquad[] sections;
  private final double scale;

  BandNoise(double lowHz, double highHz) {
    Biquad[] probe = sections(lowHz, highHz);
    double energy = 0;
    for (int t = 0; t < SETTLING_MILLIS; t++) {
      double response = run(probe, t == 0 ? 1 : 0);
      energy += response * response;
    }
    sections = sections(lowHz, highHz);
    scale = 1 / StrictMath.sqrt(energy);
  }

  private static Biquad[] sections(double lowHz, double highHz) {
    return new Biquad[] {
      Biquad.highPass(lowHz), Biquad.lowPass(highHz), Biquad.highPass(lowHz), Biquad.lowPass(highHz)
    };
  }

  private static double run(Biquad[] sections, double input) {
    double value = input;
    for (Biquad section : sections) {
      value = section.next(value);
    }
    return value;
  }

  double next(double white) {
    return scale * run(sections, white);
  }
}
