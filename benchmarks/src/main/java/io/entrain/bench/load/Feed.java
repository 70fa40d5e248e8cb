package io.entrain.bench.load;

import io.entrain.job.RawRecord;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Seeded sessions as records, those of all sessions hop by hop. A block covers one pane of 20 ms.
 * Samples are whole numbers, so that a sum of them is exact in whatever order it is taken.
 *
 * @param shape how large
 * @param spikes blocks of the first stream, in order of log time
 * @param lfp blocks of the second stream, in order of log time
 */
public record Feed(FeedShape shape, List<RawRecord> spikes, List<RawRecord> lfp) {
  /** Names of the streams, in the order of the models. */
  public static final List<String> MODALITIES = List.of("spikes", "lfp");

  private static final float[] NO_MARKS = {};

  /** Draws one; the same shape gives the same feed. */
  public static Feed of(FeedShape shape) {
    return of(shape, "session");
  }

  /** The same with sessions {@code NAME-0}, {@code NAME-1} and so on. */
  static Feed of(FeedShape shape, String name) {
    List<RawRecord> spikes = new ArrayList<>();
    List<RawRecord> lfp = new ArrayList<>();
    BlockCodec codec = new BlockCodec();
    Random random = new Random(4);
    for (int hop = 0; hop < shape.hops(); hop++) {
      for (int session = 0; session < shape.sessions(); session++) {
        String id = name + "-" + session;
        Block.Events events = events(shape, random);
        Block.Samples samples = samples(shape, random);
        spikes.add(record(0, codec.encode(block(id, hop, events, null)), id, hop));
        lfp.add(record(1, codec.encode(block(id, hop, null, samples)), id, hop));
      }
    }
    return new Feed(shape, spikes, lfp);
  }

  private static Block block(String id, int hop, Block.Events events, Block.Samples samples) {
    long start = hop * FeedShape.HOP_NANOS;
    String modality = MODALITIES.get(events == null ? 1 : 0);
    return new Block(id, modality, hop, start, start + FeedShape.HOP_NANOS, events, samples);
  }

  private static Block.Events events(FeedShape shape, Random random) {
    int count = shape.spikesInBlock();
    long[] offsets = random.longs(count, 0, FeedShape.HOP_NANOS).sorted().toArray();
    int[] units = random.ints(count, 0, shape.units()).toArray();
    return new Block.Events(offsets, units, NO_MARKS);
  }

  private static Block.Samples samples(FeedShape shape, Random random) {
    float[] values = new float[FeedShape.HOP_MILLIS * shape.channels()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(7) - 3;
    }
    return new Block.Samples(1000, shape.channels(), values);
  }

  private static RawRecord record(int stream, byte[] value, String id, int hop) {
    // When the block was complete: log time is the stamp of its end.
    long logMillis = (hop + 1L) * FeedShape.HOP_MILLIS;
    byte[] key = id.getBytes(StandardCharsets.UTF_8);
    return new RawRecord(stream, MODALITIES.get(stream), 0, hop, logMillis, key, value);
  }

  /** Both streams. */
  public List<List<RawRecord>> streams() {
    return Arrays.asList(spikes, lfp);
  }

  /** The first {@code hops} hops. */
  public Feed first(int hops) {
    FeedShape shorter = shape.lasting(Math.min(hops, shape.hops()));
    int blocks = (int) shorter.windows();
    return new Feed(shorter, spikes.subList(0, blocks), lfp.subList(0, blocks));
  }
}
