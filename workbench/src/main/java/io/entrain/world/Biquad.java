package io.entrain.world;

/**
 * Second-order Butterworth section at 1 kHz, from Bristow-Johnson's audio EQ cookbook (Q = 1/√2),
 * transposed form II.
 */
final class Biquad {
  private final double b0;
  private final double b1;
  private final double b2;
  private final double a1;
  private final double a2;
  private double z1;
  private double z2;

  private Biquad(double edge, double middle, double cosine, double alpha) {
    double a0 = 1 + alpha;
    b0 = edge / a0;
    b1 = middle / a0;
    b2 = edge / a0;
    a1 = -2 * cosine / a0;
    a2 = (1 - alpha) / a0;
  }

  static Biquad lowPass(double hertz) {
    double omega = 2 * StrictMath.PI * hertz / 1000;
    double cosine = StrictMath.cos(omega);
    return new Biquad(
        (1 - cosine) / 2, 1 - cosine, cosine, StrictMath.sin(omega) / StrictMath.sqrt(2));
  }

  static Biquad highPass(double hertz) {
    double omega = 2 * StrictMath.PI * hertz / 1000;
    double cosine = StrictMath.cos(omega);
    return new Biquad(
        (1 + cosine) / 2, -(1 + cosine), cosine, StrictMath.sin(omega) / StrictMath.sqrt(2));
  }

  double next(double input) {
    double output = b0 * input + z1;
    z1 = b1 * input - a1 * output + z2;
    z2 = b2 * input - a2 * output;
    return output;
  }
}
