package io.entrain.view;

import io.entrain.wire.Block;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Alignment;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Lag;
import io.entrain.wire.v1.Presence;
import io.entrain.wire.v1.Rejected;
import io.entrain.wire.v1.Truth;

/** Sends what a producer and a job would, with known values. */
final class Records implements AutoCloseable {
  private static final Topics TOPICS = Topics.DEFAULT;
  private static final int GRID = 25;

  private final BlockProducer producer;

  Records(String bootstrap) {
    producer = new BlockProducer(bootstrap);
  }

  /**
   * One hop of a session: a block of each stream, the truth, what was decoded and the alignment.
   */
  void hop(String session, long endNanos, long hopNanos, float lagMillis) {
    long start = endNanos - hopNanos;
    long millis = endNanos / 1_000_000;
    Block.Events events =
        new Block.Events(new long[] {1_000_000, 9_000_000}, new int[] {3, 40}, new float[0]);
    producer.send(new Block(session, "spikes", 0, start, endNanos, events, null), millis);
    int rows = (int) (hopNanos / 1_000_000);
    Block.Samples samples = new Block.Samples(1000, 2, new float[2 * rows]);
    producer.send(new Block(session, "lfp", 0, start, endNanos, null, samples), millis);
    truth(session, start + 1, lagMillis + 3, 0.4f);
    decoded(decoded(session, endNanos, lagMillis, 1).build());
    Alignment.Builder alignment =
        Alignment.newBuilder()
            .setSession(session)
            .setModel("aligns")
            .setWindowEndNanos(endNanos)
            .addAttentionShape(GRID);
    for (int i = 0; i < GRID; i++) {
      alignment.addGridMillis(20 * (i - GRID / 2)).addPosterior(1f / GRID).addAttention(1f / GRID);
    }
    send(
        TOPICS.alignment(),
        session,
        MessageCodec.ALIGNMENT.encode(alignment.build(), Format.PROTOBUF));
  }

  void truth(String session, long timeNanos, float lagMillis, float velocity) {
    producer.send(
        Truth.newBuilder()
            .setSession(session)
            .setTimeNanos(timeNanos)
            .setLagMillis(lagMillis)
            .addComponent(component("velocity_x", velocity))
            .build(),
        timeNanos / 1_000_000);
  }

  static Decoded.Builder decoded(String session, long endNanos, float lagMillis, float lfpShare) {
    return Decoded.newBuilder()
        .setSession(session)
        .setModel("aligns")
        .setModelSha256("abcdef0123456789")
        .setWindowEndNanos(endNanos)
        .addComponent(component("velocity_x", 0.5f))
        .setLag(
            Lag.newBuilder()
                .setOf("spikes")
                .setRelativeTo("lfp")
                .setMillis(lagMillis)
                .setSdMillis(6)
                .setHeadroom(1.5f))
        .addPresence(Presence.newBuilder().setModality("spikes").setShare(1))
        .addPresence(Presence.newBuilder().setModality("lfp").setShare(lfpShare));
  }

  static Component component(String name, float mean) {
    return Component.newBuilder()
        .setName(name)
        .setUnit("sd")
        .setMean(mean)
        .setStandardDeviation(0.2f)
        .build();
  }

  void decoded(Decoded record) {
    send(
        TOPICS.decoded(),
        record.getSession(),
        MessageCodec.DECODED.encode(record, Format.PROTOBUF));
  }

  void rejected(Rejected record) {
    send(TOPICS.rejected(), "key", MessageCodec.REJECTED.encode(record, Format.PROTOBUF));
  }

  private void send(String topic, String key, byte[] value) {
    producer.send(topic, key, value, 1);
  }

  void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }
}
