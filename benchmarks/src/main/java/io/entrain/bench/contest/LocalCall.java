package io.entrain.bench.contest;

import io.entrain.contract.ModelContract;
import io.entrain.inference.Batch;
import io.entrain.inference.BatchShape;
import io.entrain.inference.OnnxModel;
import io.entrain.inference.Provider;
import java.nio.file.Path;

/** ONNX Runtime in this process, one window a call. */
final class LocalCall implements WindowCall {
  private final OnnxModel model;
  private final Batch batch;
  private final String[] inputs;
  private final String[] outputs;

  private LocalCall(OnnxModel model) {
    this.model = model;
    this.batch = model.batch(1, BatchShape.SINGLE);
    this.inputs = model.contract().inputs().keySet().toArray(String[]::new);
    this.outputs = model.contract().results().keySet().toArray(String[]::new);
  }

  static LocalCall open(Path model) {
    return new LocalCall(OnnxModel.open(model, Provider.CPU));
  }

  @Override
  public ModelContract contract() {
    return model.contract();
  }

  @Override
  public float[][] run(float[][] tensors) {
    for (int i = 0; i < inputs.length; i++) {
      batch.input(inputs[i]).put(0, tensors[i]);
    }
    batch.run(1);
    float[][] results = new float[outputs.length][];
    for (int i = 0; i < outputs.length; i++) {
      results[i] = batch.output(outputs[i]).row(0);
    }
    return results;
  }

  @Override
  public void close() {
    batch.close();
    model.close();
  }
}
