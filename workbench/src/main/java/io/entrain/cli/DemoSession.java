package io.entrain.cli;

import io.entrain.recording.EventSignal;
import io.entrain.recording.SampleSignal;
import io.entrain.recording.Signal;
import io.entrain.recording.Span;
import io.entrain.wire.Block;
import io.entrain.wire.BlockProducer;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Truth;
import io.entrain.world.LiveSession;
import io.entrain.world.World;
import java.util.HashMap;
import java.util.Map;

/** One live session on its way to Kafka: its blocks and its truth as records. */
final class DemoSession implements LiveSession.Sink {
  private final LiveSession session;
  private final BlockProducer producer;
  private final Map<String, Long> sequences = new HashMap<>();
  private long logMillis;

  DemoSession(LiveSession session, BlockProducer producer) {
    this.session = session;
    this.producer = producer;
  }

  /** Sends what may leave by {@code trueNanos}, logged at {@code nowMillis}. */
  void advance(long trueNanos, long nowMillis) {
    logMillis = nowMillis;
    session.advance(trueNanos, this);
  }

  @Override
  public void block(Span span, Signal signal) {
    long sequence = sequences.merge(signal.modality(), 1L, Long::sum) - 1;
    producer.send(
        new Block(
            session.name(),
            signal.modality(),
            sequence,
            span.startNanos(),
            span.endNanos(),
            signal instanceof EventSignal events ? events(span, events) : null,
            signal instanceof SampleSignal samples
                ? new Block.Samples(samples.rateHz(), samples.channels(), samples.values())
                : null),
        logMillis);
  }

  private static Block.Events events(Span span, EventSignal events) {
    long[] offsetNanos = new long[events.nanos().length];
    for (int i = 0; i < offsetNanos.length; i++) {
      offsetNanos[i] = events.nanos()[i] - span.startNanos();
    }
    return new Block.Events(offsetNanos, events.channel(), new float[0]);
  }

  @Override
  public void truth(long nanos, double lagMillis, double[] values) {
    Truth.Builder truth =
        Truth.newBuilder()
            .setSession(session.name())
            .setTimeNanos(nanos)
            .setLagMillis((float) lagMillis);
    for (int i = 0; i < values.length; i++) {
      truth.addComponent(
          Component.newBuilder()
              .setName(World.TARGET.get(i))
              .setUnit(World.TARGET_UNIT)
              .setMean((float) values[i]));
    }
    producer.send(truth.build(), logMillis);
  }
}
