package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.inference.Batch;
import io.entrain.inference.BatchShape;
import io.entrain.inference.OnnxModel;
import io.entrain.pane.PaneRow;
import io.entrain.swap.ModelTerm;
import io.entrain.wire.v1.Decoded;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** An open model with what it needs to decode windows: buffers, inputs, messages. */
final class Decoder implements AutoCloseable {
  private final OnnxModel model;
  private final Batch batch;
  private final WindowInputs inputs;
  private final Messages messages;

  private Decoder(OnnxModel model, DecodeSettings settings) {
    this.model = model;
    this.batch = model.batch(settings.batchWindows(), settings.batchShape());
    this.inputs = new WindowInputs(model.contract(), settings.lagRange(), batch);
    this.messages = new Messages(model.contract(), model.sha256(), settings.format());
  }

  /**
   * Opens the model and runs it once, on any thread; the first to run it afterwards owns it.
   *
   * @throws IllegalStateException where the file is not that of the term
   */
  static Decoder open(ModelTerm term, DecodeSettings settings) {
    OnnxModel model = OnnxModel.open(Path.of(term.file()), settings.provider());
    try {
      if (!model.sha256().equals(term.sha256())) {
        throw new IllegalStateException(
            "the model file %s has SHA-256 %s here and had %s where the job was started or the model admitted; give every machine the same file, and leave it unchanged"
                .formatted(term.file(), model.sha256(), term.sha256()));
      }
      return new Decoder(model, settings);
    } catch (RuntimeException refused) {
      model.close();
      throw refused;
    }
  }

  ModelContract contract() {
    return model.contract();
  }

  String sha256() {
    return model.sha256();
  }

  /** Where and how it runs, for people. */
  String note() {
    return "%s; batch shape %s, up to %d windows together"
        .formatted(
            model.providerNote(), batch.shape().name().toLowerCase(Locale.ROOT), windowsTogether());
  }

  /**
   * Most windows that are decoded together: one where each is a call of its own, which would only
   * make it wait for the others.
   */
  int windowsTogether() {
    return batch.shape() == BatchShape.SINGLE ? 1 : batch.capacity();
  }

  boolean hasStates() {
    return !contract().states().isEmpty();
  }

  /**
   * Fills a row and returns its newest pane.
   *
   * @param window {@code [contextHops]} panes, null where there is none
   * @param tensors in the contract's order, or null for the initial ones
   */
  PaneRow fill(int row, PaneRow[] window, float[][] tensors) {
    return inputs.fill(row, window, tensors);
  }

  /** Runs the model on the first rows; how long that took in microseconds. */
  long run(int rows) {
    long before = System.nanoTime();
    batch.run(rows);
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - before);
  }

  /**
   * For the next pane; null where they are not finite and it begins with the initial ones.
   *
   * @param reused arrays that may be written to and returned, of the same states; or null
   */
  float[][] nextTensors(int row, float[][] reused) {
    return inputs.nextTensors(row, reused);
  }

  Decoded decoded(ReadyWindow window, boolean warmingUp, PaneRow newest, int row) {
    return messages.decoded(window, warmingUp, newest, batch, row);
  }

  byte[] encoded(Decoded message) {
    return messages.encoded(message);
  }

  boolean hasAlignment() {
    return contract().lag() != null || contract().attention() != null;
  }

  byte[] alignment(ReadyWindow window, int row) {
    return messages.alignment(window, batch, row);
  }

  @Override
  public void close() {
    batch.close();
    model.close();
  }
}
