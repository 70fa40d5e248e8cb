package io.entrain.world;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * One named stream of random numbers. Every part of the world draws from a stream of its own, so
 * that turning one part on (noise, jitter) leaves every other draw where it was.
 *
 * <p>The algorithm is fixed by name ({@code L64X128MixRandom}, specified bit by bit in the JDK) and
 * the transforms use {@link StrictMath}, so the same seed gives the same numbers on every machine
 * and JDK.
 */
final class Draw {
  private final RandomGenerator bits;
  private double spare = Double.NaN;

  private Draw(long seed) {
    bits = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /**
   * The stream of {@code purpose} under a seed; {@code index} tells repeated parts (units,
   * channels) apart.
   */
  static Draw of(long seed, Purpose purpose, int index) {
    return new Draw(mix(mix(mix(seed) + purpose.number) + index));
  }

  /**
   * Finaliser of SplitMix64 (Steele, Lea and Flood 2014): spreads neighbouring seeds over all 64
   * bits.
   */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Uniform in [0, 1). */
  double uniform() {
    return (bits.nextLong() >>> 11) * 0x1.0p-53;
  }

  double uniform(double low, double high) {
    return low + (high - low) * uniform();
  }

  /** Standard normal, by Marsaglia's polar method. */
  double gaussian() {
    if (!Double.isNaN(spare)) {
      double value = spare;
      spare = Double.NaN;
      return value;
    }
    double x;
    double y;
    double square;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
    spare = y * scale;
    return x * scale;
  }

  /** Exponential with the given mean. */
  double exponential(double mean) {
    return -mean * StrictMath.log(1 - uniform());
  }

  /** What a stream is for. The numbers are part of the world: never give one to something else. */
  enum Purpose {
    SUBJECT_UNIT(0),
    SUBJECT_CHANNEL(1),
    REACHES(2),
    GATE(3),
    COMPONENT(4),
    BURSTS(5),
    SPIKES(6),
    SLOW_DRIFT(7),
    FIELD(8),
    LAG(9),
    JITTER(10),
    SPIKE_NOISE(11),
    FIELD_NOISE(12),
    GAPS(13);

    private final int number;

    Purpose(int number) {
      this.number = number;
    }
  }
}
