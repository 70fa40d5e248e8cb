package io.entrain.job;

import io.entrain.pane.PaneRow;
import io.entrain.wire.v1.Decoded;
import java.util.function.Consumer;

/** Puts out what a model said of a window, and measures it. */
final class Publisher {
  /** A row of a call of the model. */
  record Call(int row, int size, long micros) {}

  private final boolean alignment;
  private final DecodeMetrics measures;
  private final Consumer<OutputRecord> output;

  /**
   * Of one operator.
   *
   * @param alignment whether lag posterior and attention are put out
   */
  Publisher(boolean alignment, DecodeMetrics measures, Consumer<OutputRecord> output) {
    this.alignment = alignment;
    this.measures = measures;
    this.output = output;
  }

  /** The model was called with so many windows. */
  void called(int windows, long micros) {
    measures.batch(windows, micros);
  }

  void publish(Decoder decoder, ReadyWindow window, PaneRow newest, Call call) {
    boolean warmingUp = window.panesSinceStart() < decoder.contract().warmupHops();
    Decoded decoded = decoder.decoded(window, warmingUp, newest, call.row());
    put(OutputKind.DECODED, window, decoder.encoded(decoded), call);
    if (alignment && decoder.hasAlignment()) {
      put(OutputKind.ALIGNMENT, window, decoder.alignment(window, call.row()), call);
    }
    measures.emitted(System.currentTimeMillis() - window.arrivedMillis(), newest.presentShare());
    if (decoded.hasLag()) {
      measures.lag(window.session(), decoded.getLag());
    }
  }

  private void put(OutputKind kind, ReadyWindow window, byte[] value, Call call) {
    byte[] key = Messages.key(window.session());
    output.accept(
        new OutputRecord(kind, key, value, window.arrivedMillis(), call.micros(), call.size()));
  }
}
