package io.entrain.wire;

import static io.entrain.wire.BlockRefusal.unless;

import io.entrain.wire.v1.Reason;

/** What must be true of any block, whatever the model; stated in {@link BlockCodec}. */
final class BlockRules {
  static final int MAX_NAME_CHARS = 200;

  /** Stamps are added to spans and hops: 2^62 ns (the year 2116 as Unix time) leaves room. */
  static final long MAX_STAMP_NANOS = 1L << 62;

  static final long MAX_SPAN_NANOS = 3_600_000_000_000L;

  /** Far above any array; keeps channel arithmetic within an int. */
  static final int MAX_CHANNELS = 1 << 16;

  static final double MAX_RATE_HZ = 1e9;

  private BlockRules() {}

  static BlockFields checked(BlockFields block) throws BlockRefusal {
    checkName("session", block.session());
    checkName("modality", block.modality());
    if (block.sequence() < 0) {
      throw BlockRefusal.of(
          Reason.INVALID_FIELD,
          "sequence is %s, must be below 2^63",
          Long.toUnsignedString(block.sequence()));
    }
    checkSpan(block.startNanos(), block.endNanos());
    long spanNanos = block.endNanos() - block.startNanos();
    if (block.events() != null) {
      checkEvents(block.events(), spanNanos);
    } else if (block.samples() != null) {
      checkSamples(block.samples(), spanNanos);
    } else {
      throw new BlockRefusal(Reason.INVALID_FIELD, "the block holds neither events nor samples");
    }
    return block;
  }

  private static void checkName(String field, String name) throws BlockRefusal {
    if (name.isEmpty()) {
      throw BlockRefusal.of(Reason.INVALID_FIELD, "%s is empty", field);
    }
    if (name.length() > MAX_NAME_CHARS) {
      throw BlockRefusal.of(
          Reason.INVALID_FIELD,
          "%s has %d characters, the limit is %d",
          field,
          name.length(),
          MAX_NAME_CHARS);
    }
    for (int i = 0; i < name.length(); i++) {
      char at = name.charAt(i);
      if (Character.isISOControl(at)) {
        throw BlockRefusal.of(Reason.INVALID_FIELD, "%s holds a control character", field);
      }
      // JSON can say one half of a pair; no bytes of Protobuf or of a key can.
      if (Character.isSurrogate(at) && !isWhole(name, i)) {
        throw BlockRefusal.of(
            Reason.INVALID_FIELD, "%s holds half a character (an unpaired surrogate)", field);
      }
    }
  }

  /** Whether the half of a pair at {@code i} has its other half beside it. */
  private static boolean isWhole(String name, int i) {
    return Character.isHighSurrogate(name.charAt(i))
        ? i + 1 < name.length() && Character.isLowSurrogate(name.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(name.charAt(i - 1));
  }

  private static void checkSpan(long startNanos, long endNanos) throws BlockRefusal {
    if (!inAxis(startNanos) || !inAxis(endNanos)) {
      throw BlockRefusal.of(
          Reason.INVALID_FIELD,
          "the block covers [%d, %d) ns, stamps must be within ±2^62 ns",
          startNanos,
          endNanos);
    }
    if (startNanos >= endNanos) {
      throw BlockRefusal.of(
          Reason.INVALID_FIELD,
          "the block covers [%d, %d) ns, end_nanos must be above start_nanos",
          startNanos,
          endNanos);
    }
    // No overflow: both stamps are within ±2^62.
    if (endNanos - startNanos > MAX_SPAN_NANOS) {
      throw BlockRefusal.of(
          Reason.INVALID_FIELD,
          "the block covers %d ns, the limit is one hour (%d ns)",
          endNanos - startNanos,
          MAX_SPAN_NANOS);
    }
  }

  private static boolean inAxis(long nanos) {
    return -MAX_STAMP_NANOS <= nanos && nanos < MAX_STAMP_NANOS;
  }

  private static void checkEvents(Block.Events events, long spanNanos) throws BlockRefusal {
    int size = events.offsetNanos().length;
    unless(
        events.channel().length == size,
        Reason.INVALID_FIELD,
        "%d event offsets but %d channels",
        size,
        events.channel().length);
    int marks = events.mark().length;
    unless(
        size == 0 ? marks == 0 : marks % size == 0,
        Reason.INVALID_FIELD,
        "%d marks for %d events, must be a multiple",
        marks,
        size);
    long previousNanos = 0;
    for (int i = 0; i < size; i++) {
      previousNanos = checkEvent(events, i, previousNanos, spanNanos);
    }
    for (int i = 0; i < marks; i++) {
      if (!Float.isFinite(events.mark()[i])) {
        throw new BlockRefusal(
            Reason.NOT_FINITE,
            "mark %d of event %d is %s"
                .formatted(i % (marks / size), i / (marks / size), events.mark()[i]));
      }
    }
  }

  private static long checkEvent(Block.Events events, int i, long previousNanos, long spanNanos)
      throws BlockRefusal {
    long offsetNanos = events.offsetNanos()[i];
    // An unsigned offset of 2^63 or more is negative here, so it too is outside.
    if (offsetNanos < previousNanos || offsetNanos >= spanNanos) {
      throw new BlockRefusal(
          Reason.EVENT_OUT_OF_ORDER,
          "event %d stands at offset %s ns, must be in [%d, %d)"
              .formatted(i, Long.toUnsignedString(offsetNanos), previousNanos, spanNanos));
    }
    if (events.channel()[i] < 0 || events.channel()[i] >= MAX_CHANNELS) {
      throw new BlockRefusal(
          Reason.WRONG_CHANNELS,
          "event %d is on channel %s, must be below %d"
              .formatted(i, Integer.toUnsignedString(events.channel()[i]), MAX_CHANNELS));
    }
    return offsetNanos;
  }

  private static void checkSamples(BlockFields.Samples samples, long spanNanos)
      throws BlockRefusal {
    int channels = samples.channels();
    unless(
        0 < channels && channels <= MAX_CHANNELS,
        Reason.WRONG_CHANNELS,
        "the block has %s channels, must be 1 to %d",
        Integer.toUnsignedString(channels),
        MAX_CHANNELS);
    int floats = samples.value().length;
    int shorts = samples.int16Value().length;
    unless(
        floats == 0 || shorts == 0,
        Reason.INVALID_FIELD,
        "%d float values and %d int16 values, must be one of the two",
        floats,
        shorts);
    unless(
        floats + shorts > 0, Reason.INVALID_FIELD, "a samples block without values; send nothing");
    unless(
        (floats + shorts) % channels == 0,
        Reason.WRONG_CHANNELS,
        "%d values do not fill %d channels",
        floats + shorts,
        channels);
    checkRate(samples.rateHz(), (floats + shorts) / channels, spanNanos);
    if (floats > 0) {
      checkFloats(samples, channels);
    } else {
      checkShorts(samples);
    }
  }

  private static void checkRate(double rateHz, int sizeInSamples, long spanNanos)
      throws BlockRefusal {
    if (!Double.isFinite(rateHz)) {
      throw BlockRefusal.of(Reason.NOT_FINITE, "rate_hz is %s", rateHz);
    }
    if (rateHz <= 0 || rateHz > MAX_RATE_HZ) {
      throw BlockRefusal.of(
          Reason.INVALID_FIELD, "rate_hz is %s, must be above 0 and up to %s", rateHz, MAX_RATE_HZ);
    }
    double expected = spanNanos * 1e-9 * rateHz;
    // A hair above one sample, for the rounding of the product.
    if (Math.abs(sizeInSamples - expected) > 1 + 1e-6) {
      throw BlockRefusal.of(
          Reason.WRONG_RATE,
          "%d samples in %d ns at %s Hz, must be %.3f within one",
          sizeInSamples,
          spanNanos,
          rateHz,
          expected);
    }
  }

  private static void checkFloats(BlockFields.Samples samples, int channels) throws BlockRefusal {
    for (int i = 0; i < samples.value().length; i++) {
      if (!Float.isFinite(samples.value()[i])) {
        throw new BlockRefusal(
            Reason.NOT_FINITE,
            "sample %d, channel %d is %s"
                .formatted(i / channels, i % channels, samples.value()[i]));
      }
    }
  }

  private static void checkShorts(BlockFields.Samples samples) throws BlockRefusal {
    unless(Float.isFinite(samples.scale()), Reason.NOT_FINITE, "scale is %s", samples.scale());
    // At or below this bound the largest int16 times the scale is finite.
    unless(
        samples.scale() > 0 && samples.scale() <= Float.MAX_VALUE / 32_768,
        Reason.INVALID_FIELD,
        "scale of the int16 values is %s, must be above 0 and up to %s",
        samples.scale(),
        Float.MAX_VALUE / 32_768);
    for (int i = 0; i < samples.int16Value().length; i++) {
      int value = samples.int16Value()[i];
      if (value != (short) value) {
        throw new BlockRefusal(
            Reason.INVALID_FIELD,
            "int16 value %d is %d, must be within [-32768, 32767]".formatted(i, value));
      }
    }
  }
}
