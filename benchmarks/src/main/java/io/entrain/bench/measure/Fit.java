package io.entrain.bench.measure;

/**
 * A power law through measured points, by least squares on logarithms: cost = factor *
 * size^exponent.
 *
 * @param exponent slope of the line
 * @param halfWidth half of the 95 % interval of the exponent, by Student's t; infinite with fewer
 *     than three points
 * @param factor cost at size 1
 */
public record Fit(double exponent, double halfWidth, double factor) {
  /** Student's t at .975 for 1 to 10 degrees of freedom; from there on 2.2 is near enough. */
  private static final double[] T = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228
  };

  /** Of at least two points, all above 0. */
  public static Fit of(double[] size, double[] cost) {
    if (size.length != cost.length || size.length < 2) {
      throw new IllegalArgumentException(
          size.length + " sizes and " + cost.length + " costs; two points at least");
    }
    int n = size.length;
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < n; i++) {
      meanX += Math.log(size[i]) / n;
      meanY += Math.log(cost[i]) / n;
    }
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < n; i++) {
      double x = Math.log(size[i]) - meanX;
      xx += x * x;
      xy += x * (Math.log(cost[i]) - meanY);
    }
    double slope = xy / xx;
    double left = 0;
    for (int i = 0; i < n; i++) {
      double off = Math.log(cost[i]) - meanY - slope * (Math.log(size[i]) - meanX);
      left += off * off;
    }
    return new Fit(slope, halfWidth(n - 2, left, xx), Math.exp(meanY - slope * meanX));
  }

  private static double halfWidth(int degrees, double squares, double xx) {
    if (degrees < 1) {
      return Double.POSITIVE_INFINITY;
    }
    double t = degrees <= T.length ? T[degrees - 1] : 2.2;
    return t * Math.sqrt(squares / degrees / xx);
  }
}
