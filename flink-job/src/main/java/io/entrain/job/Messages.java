package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.LagOutput;
import io.entrain.contract.ModelContract.Output;
import io.entrain.inference.Batch;
import io.entrain.inference.TensorRows;
import io.entrain.pane.PaneRow;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Alignment;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Lag;
import io.entrain.wire.v1.Presence;
import java.nio.charset.StandardCharsets;

/** Turns rows of a model's outputs into messages. */
final class Messages {
  private final ModelContract contract;
  private final String modelSha256;
  private final Format format;

  Messages(ModelContract contract, String modelSha256, Format format) {
    this.contract = contract;
    this.modelSha256 = modelSha256;
    this.format = format;
  }

  Decoded decoded(ReadyWindow window, boolean warmingUp, PaneRow newest, Batch batch, int row) {
    Decoded.Builder message =
        Decoded.newBuilder()
            .setSession(window.session())
            .setModel(contract.name())
            .setModelSha256(modelSha256)
            .setWindowEndNanos((window.pane() + 1) * contract.hopNanos())
            .setPane(window.paneInStretch())
            .setStretch(window.stretch())
            .setWarmingUp(warmingUp);
    contract.outputs().forEach(output -> addComponents(message, output, batch, row));
    if (contract.lag() != null) {
      message.setLag(lag(batch, row));
    }
    for (int i = 0; i < contract.modalities().size(); i++) {
      message.addPresence(
          Presence.newBuilder()
              .setModality(contract.modalities().get(i).name())
              .setShare(newest.presentShare(i)));
    }
    return message.build();
  }

  byte[] encoded(Decoded message) {
    return MessageCodec.DECODED.encode(message, format);
  }

  private static void addComponents(Decoded.Builder message, Output output, Batch batch, int row) {
    TensorRows mean = batch.output(output.name());
    TensorRows logVariance = batch.output(output.logVariance());
    int size = output.components().size();
    for (int k = 0; k < size; k++) {
      message.addComponent(
          Component.newBuilder()
              .setName(output.components().get(k).name())
              .setUnit(output.components().get(k).unit())
              .setMean(mean.get(row, k))
              .setStandardDeviation((float) StrictMath.exp(0.5 * logVariance.get(row, k)))
              .setDelayMillis(output.delayMillis()));
    }
  }

  private Lag lag(Batch batch, int row) {
    LagOutput lag = contract.lag();
    Lag.Builder message =
        Lag.newBuilder()
            .setOf(lag.of())
            .setRelativeTo(lag.relativeTo())
            .setMillis(batch.output(lag.millis()).get(row, 0))
            .setSdMillis(lagSdMillis(batch, row));
    if (lag.headroom() != null) {
      message.setHeadroom(batch.output(lag.headroom()).get(row, 0));
    }
    return message.build();
  }

  /** Standard deviation of the lag posterior. */
  private float lagSdMillis(Batch batch, int row) {
    float[] grid = contract.lag().gridMillis();
    TensorRows posterior = batch.output(contract.lag().posterior());
    double mean = 0;
    double square = 0;
    for (int i = 0; i < grid.length; i++) {
      double p = posterior.get(row, i);
      mean += p * grid[i];
      square += p * grid[i] * grid[i];
    }
    return (float) Math.sqrt(Math.max(0, square - mean * mean));
  }

  /** The alignment behind a window; only of a model that finds a lag or shows its attention. */
  byte[] alignment(ReadyWindow window, Batch batch, int row) {
    Alignment.Builder message =
        Alignment.newBuilder()
            .setSession(window.session())
            .setModel(contract.name())
            .setModelSha256(modelSha256)
            .setWindowEndNanos((window.pane() + 1) * contract.hopNanos());
    if (contract.lag() != null) {
      float[] grid = contract.lag().gridMillis();
      TensorRows posterior = batch.output(contract.lag().posterior());
      for (int i = 0; i < grid.length; i++) {
        message.addGridMillis(grid[i]).addPosterior(posterior.get(row, i));
      }
    }
    if (contract.attention() != null) {
      int size = 1;
      for (int length : contract.attention().shape()) {
        message.addAttentionShape(length);
        size *= length;
      }
      TensorRows attention = batch.output(contract.attention().output());
      for (int i = 0; i < size; i++) {
        message.addAttention(attention.get(row, i));
      }
    }
    return MessageCodec.ALIGNMENT.encode(message.build(), format);
  }

  static byte[] key(String session) {
    return session.getBytes(StandardCharsets.UTF_8);
  }
}
