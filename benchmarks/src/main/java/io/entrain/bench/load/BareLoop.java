package io.entrain.bench.load;

import io.entrain.bench.measure.Meter;
import io.entrain.bench.measure.Sample;
import io.entrain.contract.ModelContract.Kind;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.inference.Batch;
import io.entrain.inference.BatchShape;
import io.entrain.inference.OnnxModel;
import io.entrain.inference.Provider;
import io.entrain.inference.TensorRows;
import java.nio.file.Path;
import java.util.Random;

/**
 * The floor under inference: ONNX Runtime called again and again with inputs that stand there
 * already.
 *
 * @param model file
 * @param batch windows in a call
 * @param shape as the job is told
 */
public record BareLoop(Path model, int batch, BatchShape shape) {
  /** Decodes at least {@code windows} windows after an eighth as many that do not count. */
  public Sample run(long windows) {
    try (OnnxModel opened = OnnxModel.open(model, Provider.CPU);
        Batch rows = opened.batch(batch, shape)) {
      fill(opened, rows);
      long calls = Math.max(2, (windows + batch - 1) / batch);
      for (long i = 0; i < calls / 8; i++) {
        rows.run(batch);
      }
      Meter meter = new Meter();
      meter.start();
      for (long i = 0; i < calls; i++) {
        rows.run(batch);
      }
      meter.stop();
      return meter.sample(calls * batch, 0);
    }
  }

  /** Writes plausible windows into every row: some counts, whole numbers, nothing missing. */
  public static void fill(OnnxModel model, Batch batch) {
    Random random = new Random(4);
    for (int row = 0; row < batch.capacity(); row++) {
      for (Modality modality : model.contract().modalities()) {
        TensorRows values = batch.input(modality.name());
        TensorRows mask = batch.input(modality.maskName());
        float[] window = new float[values.rowSize()];
        for (int i = 0; i < window.length; i++) {
          window[i] =
              modality.kind() == Kind.EVENTS
                  ? (random.nextInt(10) == 0 ? 1 : 0)
                  : random.nextInt(7) - 3;
        }
        values.put(row, window);
        mask.fill(row, 0, mask.rowSize(), 1);
      }
    }
  }
}
