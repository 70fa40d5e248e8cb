package io.entrain.bench.measure;

/**
 * What a figure is held against. Nothing fails where it is not reached; the report says so.
 *
 * @param of the figure of a row that is meant
 * @param atLeast whether it must not be below the bound, else not above it
 * @param bound in the row's unit, or a ratio
 */
public record Limit(Figure of, boolean atLeast, double bound) {
  /** A figure of a row. */
  public enum Figure {
    RATIO,
    OURS
  }

  /** Ours must be at least so many times the other. */
  public static Limit ratioAtLeast(double bound) {
    return new Limit(Figure.RATIO, true, bound);
  }

  /** Ours must be at least so much. */
  public static Limit oursAtLeast(double bound) {
    return new Limit(Figure.OURS, true, bound);
  }

  /** Ours must be at most so much. */
  public static Limit oursAtMost(double bound) {
    return new Limit(Figure.OURS, false, bound);
  }

  /** Whether the median reaches it. */
  boolean isReached(Row row) {
    double value = of == Figure.RATIO ? row.ratio().median() : row.ours().value().median();
    return atLeast ? value >= bound : value <= bound;
  }
}
