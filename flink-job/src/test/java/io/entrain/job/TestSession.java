package io.entrain.job;

import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A seeded session of spikes (96 units) and LFP (16 channels, 1 kHz) that can be cut into blocks of
 * any length. The log time of a block is its end, plus a delay of its stream.
 */
final class TestSession {
  static final int SPIKES = 0;
  static final int LFP = 1;
  static final long MILLI = 1_000_000L;
  private static final int UNITS = 96;
  private static final int CHANNELS = 16;

  private final String name;
  private final long durationMillis;
  private final long[] spikeNanos;
  private final int[] spikeUnit;
  private final float[] lfp;

  TestSession(String name, long seed, long durationMillis) {
    this.name = name;
    this.durationMillis = durationMillis;
    Random random = new Random(seed);
    spikeNanos = random.longs(durationMillis, 0, durationMillis * MILLI).sorted().toArray();
    spikeUnit = random.ints(spikeNanos.length, 0, UNITS).toArray();
    lfp = new float[(int) durationMillis * CHANNELS];
    for (int i = 0; i < lfp.length; i++) {
      lfp[i] = (float) random.nextGaussian();
    }
  }

  String name() {
    return name;
  }

  /** The spikes in blocks. */
  List<RawRecord> spikes(long blockMillis, long delayMillis) {
    List<RawRecord> records = new ArrayList<>();
    for (long start = 0; start < durationMillis; start += blockMillis) {
      long end = Math.min(durationMillis, start + blockMillis);
      records.add(record(SPIKES, spikeBlock(records.size(), start, end), end + delayMillis));
    }
    return records;
  }

  /** The LFP in blocks. */
  List<RawRecord> lfp(long blockMillis, long delayMillis) {
    List<RawRecord> records = new ArrayList<>();
    for (long start = 0; start < durationMillis; start += blockMillis) {
      long end = Math.min(durationMillis, start + blockMillis);
      records.add(record(LFP, lfpBlock(records.size(), start, end), end + delayMillis));
    }
    return records;
  }

  /** Both streams in order of log time. */
  List<RawRecord> interleaved(long blockMillis) {
    return Stream.concat(spikes(blockMillis, 0).stream(), lfp(blockMillis, 0).stream())
        .sorted(Comparator.comparingLong(RawRecord::timestampMillis))
        .toList();
  }

  Block spikeBlock(long sequence, long startMillis, long endMillis) {
    int from = firstAt(startMillis * MILLI);
    int to = firstAt(endMillis * MILLI);
    long[] offsets = new long[to - from];
    for (int i = from; i < to; i++) {
      offsets[i - from] = spikeNanos[i] - startMillis * MILLI;
    }
    int[] units = Arrays.copyOfRange(spikeUnit, from, to);
    return new Block(
        name,
        "spikes",
        sequence,
        startMillis * MILLI,
        endMillis * MILLI,
        new Block.Events(offsets, units, new float[0]),
        null);
  }

  private int firstAt(long nanos) {
    int at = Arrays.binarySearch(spikeNanos, nanos);
    if (at < 0) {
      return -at - 1;
    }
    while (at > 0 && spikeNanos[at - 1] == nanos) {
      at--;
    }
    return at;
  }

  Block lfpBlock(long sequence, long startMillis, long endMillis) {
    float[] values =
        Arrays.copyOfRange(lfp, (int) startMillis * CHANNELS, (int) endMillis * CHANNELS);
    return new Block(
        name,
        "lfp",
        sequence,
        startMillis * MILLI,
        endMillis * MILLI,
        null,
        new Block.Samples(1000, CHANNELS, values));
  }

  static RawRecord record(int stream, Block block, long logMillis) {
    return record(stream, block.session(), new BlockCodec().encode(block), logMillis);
  }

  static RawRecord record(int stream, String key, byte[] value, long logMillis) {
    String topic = stream == SPIKES ? "entrain.spikes" : "entrain.lfp";
    return new RawRecord(
        stream, topic, 0, logMillis, logMillis, key.getBytes(StandardCharsets.UTF_8), value);
  }
}
