package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Reason;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws over seeds: any damage is either harmless or refused, and never an exception. */
class BlockCodecLawTest {
  private static final int DAMAGES = 1_500;

  private final BlockCodec codec = new BlockCodec();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void damagedBlocksAreRefusedOrKeepEveryRule(long seed) {
    Random random = new Random(seed);
    int accepted = 0;
    for (int i = 0; i < DAMAGES; i++) {
      Block block = draw(random);
      byte[] value = codec.encode(block, random.nextInt(4) == 0 ? Format.JSON : Format.PROTOBUF);
      assertThat(codec.decode(value).block()).isEqualTo(block);
      BlockReading reading = codec.decode(damage(value, random));
      if (reading.isAccepted()) {
        assertKeepsEveryRule(reading.block());
        accepted++;
      } else {
        assertThat(reading.reason()).isNotIn(null, Reason.REASON_UNSPECIFIED, Reason.UNRECOGNIZED);
        assertThat(reading.detail()).isNotBlank();
      }
    }
    // Both branches were met, or this law says nothing.
    assertThat(accepted).isBetween(DAMAGES / 50, DAMAGES * 9 / 10);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noiseIsRefusedOrKeepsEveryRule(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < DAMAGES; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      if (noise.length > 0 && random.nextBoolean()) {
        noise[0] = '{';
      }
      BlockReading reading = codec.decode(noise);
      if (reading.isAccepted()) {
        assertKeepsEveryRule(reading.block());
      }
    }
  }

  static byte[] damage(byte[] whole, Random random) {
    byte[] value = whole.clone();
    return switch (random.nextInt(3)) {
      case 0 -> Arrays.copyOf(value, random.nextInt(value.length));
      case 1 -> {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
          value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield value;
      }
      default -> {
        // A piece of the value twice, or one piece over another.
        int from = random.nextInt(value.length);
        int length = random.nextInt(value.length - from + 1);
        System.arraycopy(whole, from, value, random.nextInt(value.length - length + 1), length);
        yield value;
      }
    };
  }

  static Block draw(Random random) {
    long startNanos = random.nextLong() >> 20;
    int size = random.nextInt(30);
    if (random.nextBoolean()) {
      long spanNanos = 1L + random.nextInt(100_000_000);
      long[] offsetNanos = random.longs(size, 0, spanNanos).sorted().toArray();
      int[] channel = random.ints(size, 0, 96).toArray();
      float[] mark = new float[size * random.nextInt(3)];
      for (int i = 0; i < mark.length; i++) {
        mark[i] = (float) random.nextGaussian();
      }
      return new Block(
          "session",
          "spikes",
          random.nextInt(1000),
          startNanos,
          startNanos + spanNanos,
          new Block.Events(offsetNanos, channel, mark),
          null);
    }
    int channels = 1 + random.nextInt(4);
    float[] value = new float[(size + 1) * channels];
    for (int i = 0; i < value.length; i++) {
      value[i] = (float) random.nextGaussian();
    }
    return new Block(
        "session",
        "lfp",
        random.nextInt(1000),
        startNanos,
        startNanos + (size + 1) * 1_000_000L,
        null,
        new Block.Samples(1000, channels, value));
  }

  /** Written apart from the rules of the codec, from its documentation. */
  static void assertKeepsEveryRule(Block block) {
    assertThat(block.session()).isNotEmpty().hasSizeLessThanOrEqualTo(200);
    assertThat(block.modality()).isNotEmpty().hasSizeLessThanOrEqualTo(200);
    assertThat(block.sequence()).isNotNegative();
    assertThat(block.spanNanos()).isBetween(1L, 3_600_000_000_000L);
    assertThat(block.events() == null).isNotEqualTo(block.samples() == null);
    if (block.events() != null) {
      long[] offsetNanos = block.events().offsetNanos();
      assertThat(offsetNanos).isSorted();
      assertThat(Arrays.stream(offsetNanos)).allMatch(o -> 0 <= o && o < block.spanNanos());
      assertThat(block.events().channel()).hasSameSizeAs(offsetNanos);
      assertThat(Arrays.stream(block.events().channel())).allMatch(c -> c >= 0);
      assertThat(block.events().mark().length % Math.max(1, offsetNanos.length)).isZero();
      assertFinite(block.events().mark());
    } else {
      Block.Samples samples = block.samples();
      assertThat(samples.channels()).isPositive();
      assertThat(samples.value()).isNotEmpty();
      assertThat(samples.value().length % samples.channels()).isZero();
      assertThat((double) samples.sizeInSamples())
          .isBetween(
              block.spanNanos() * 1e-9 * samples.rateHz() - 1.00001,
              block.spanNanos() * 1e-9 * samples.rateHz() + 1.00001);
      assertFinite(samples.value());
    }
  }

  private static void assertFinite(float[] values) {
    for (float value : values) {
      assertThat(Float.isFinite(value)).isTrue();
    }
  }
}
