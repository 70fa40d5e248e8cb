package io.entrain.bench.contest;

import io.entrain.bench.load.FeedShape;
import io.entrain.bench.load.SumModel;
import io.entrain.job.OutputKind;
import io.entrain.job.OutputRecord;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.nio.charset.StandardCharsets;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * What {@link SumModel} decodes, out of Flink's own windows: spikes counted and samples summed. It
 * need not even lay the window out as tensors, which the job does. A window whose newest hop holds
 * nothing gives no output: those are the ones after the end of the input.
 *
 * @param <E> events or blocks
 */
abstract class WindowSum<E> extends ProcessWindowFunction<E, OutputRecord, String, TimeWindow> {
  private static final long serialVersionUID = 1L;
  private static final long NANOS = 1_000_000L;

  abstract long nanos(E element);

  abstract int spikes(E element);

  abstract float[] samples(E element);

  @Override
  public void process(
      String session, Context context, Iterable<E> elements, Collector<OutputRecord> out) {
    long endNanos = context.window().getEnd() * NANOS;
    long newestHop = endNanos - FeedShape.HOP_MILLIS * NANOS;
    boolean complete = false;
    double spikes = 0;
    double sum = 0;
    for (E element : elements) {
      complete |= nanos(element) >= newestHop;
      spikes += spikes(element);
      for (float value : samples(element)) {
        sum += value;
      }
    }
    if (complete) {
      out.collect(output(session, endNanos, spikes, sum));
    }
  }

  private static OutputRecord output(String session, long endNanos, double... means) {
    Decoded.Builder message =
        Decoded.newBuilder().setSession(session).setModel("sum").setWindowEndNanos(endNanos);
    for (int i = 0; i < means.length; i++) {
      message.addComponent(
          Component.newBuilder()
              .setName(SumModel.COMPONENTS.get(i))
              .setMean((float) means[i])
              .setStandardDeviation(1));
    }
    return new OutputRecord(
        OutputKind.DECODED,
        session.getBytes(StandardCharsets.UTF_8),
        MessageCodec.DECODED.encode(message.build(), Format.PROTOBUF),
        0,
        0,
        0);
  }

  /** Over single events. */
  static final class OfEvents extends WindowSum<Event> {
    private static final long serialVersionUID = 1L;

    @Override
    long nanos(Event event) {
      return event.nanos();
    }

    @Override
    int spikes(Event event) {
      return event.unit() < 0 ? 0 : 1;
    }

    @Override
    float[] samples(Event event) {
      return event.row();
    }
  }

  /** Over blocks. */
  static final class OfPieces extends WindowSum<Piece> {
    private static final long serialVersionUID = 1L;

    @Override
    long nanos(Piece piece) {
      return piece.startNanos();
    }

    @Override
    int spikes(Piece piece) {
      return piece.unit().length;
    }

    @Override
    float[] samples(Piece piece) {
      return piece.samples();
    }
  }
}
