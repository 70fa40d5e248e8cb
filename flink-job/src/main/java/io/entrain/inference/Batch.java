package io.entrain.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The inputs and outputs of one call, allocated once and used again and again: fill rows of the
 * inputs, {@link #run}, read the same rows of the outputs. A row keeps what was written to it until
 * it is written again, and padded rows hold whatever they held; rows do not influence each other.
 *
 * <p>Belongs to one thread, that of its {@link OnnxModel}.
 */
public final class Batch implements AutoCloseable {
  private final OnnxModel model;
  private final int capacity;
  private final BatchShape shape;
  private final Map<String, TensorRows> inputs = new LinkedHashMap<>();
  private final Map<String, TensorRows> outputs = new LinkedHashMap<>();

  /** Views on the same buffers: one for each row, or one for each size that is called with. */
  private final List<Call> calls = new ArrayList<>();

  /** Read and written while no call is in flight. */
  private boolean closed;

  Batch(OnnxModel model, int capacity, BatchShape shape) {
    if (capacity < 1) {
      throw new ModelException("batch size is " + capacity + ", must be at least 1");
    }
    this.model = model;
    this.capacity = capacity;
    this.shape = shape;
    boolean apart = shape == BatchShape.SINGLE;
    ModelContract contract = model.contract();
    contract
        .inputs()
        .forEach((name, tensor) -> inputs.put(name, new TensorRows(capacity, tensor, apart)));
    contract
        .results()
        .forEach((name, tensor) -> outputs.put(name, new TensorRows(capacity, tensor, apart)));
    for (State state : contract.states()) {
      for (int row = 0; row < capacity; row++) {
        inputs.get(state.name()).put(row, state.initial());
      }
    }
    makeCalls();
  }

  private void makeCalls() {
    switch (shape) {
      case SINGLE -> {
        for (int row = 0; row < capacity; row++) {
          calls.add(new Call(row, 1));
        }
      }
      case FIXED -> calls.add(new Call(0, capacity));
      case FITTED -> {
        for (int rows = 1; rows < capacity; rows *= 2) {
          calls.add(new Call(0, rows));
        }
        calls.add(new Call(0, capacity));
      }
    }
  }

  /** Rows this batch can hold. */
  public int capacity() {
    return capacity;
  }

  /** The input tensor of that name: a modality, its mask, or a state. */
  public TensorRows input(String name) {
    return known(inputs, name);
  }

  /** The output tensor of that name, valid after {@link #run}. */
  public TensorRows output(String name) {
    return known(outputs, name);
  }

  private static TensorRows known(Map<String, TensorRows> tensors, String name) {
    TensorRows tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no tensor \"" + name + "\", must be one of " + tensors.keySet());
    }
    return tensor;
  }

  /**
   * Runs the model on the first {@code rows} rows.
   *
   * @throws ModelException where ONNX Runtime fails
   * @throws IllegalStateException where this or the model is closed
   */
  public void run(int rows) {
    if (rows < 1 || rows > capacity) {
      throw new IllegalArgumentException("rows is " + rows + ", must be 1 to " + capacity);
    }
    if (shape == BatchShape.SINGLE) {
      for (int row = 0; row < rows; row++) {
        calls.get(row).run();
      }
      return;
    }
    for (Call call : calls) {
      if (call.rows >= rows) {
        call.run();
        return;
      }
    }
  }

  /** Frees the tensors, after the call in flight; the model stays open. */
  @Override
  public void close() {
    model.betweenCalls(
        () -> {
          closed = true;
          calls.forEach(Call::free);
        });
  }

  private final class Call {
    private final int first;
    private final int rows;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;

    Call(int first, int rows) {
      this.first = first;
      this.rows = rows;
      this.inputs = views(Batch.this.inputs, model.contract().inputs());
      this.outputs = views(Batch.this.outputs, model.contract().results());
    }

    void run() {
      model.betweenCalls(
          () -> {
            // The native library reads freed tensors without asking.
            if (closed) {
              throw new IllegalStateException("a batch of " + capacity + " rows is closed");
            }
            model.run(inputs, outputs);
          });
    }

    void free() {
      inputs.values().forEach(OnnxTensor::close);
      outputs.values().forEach(OnnxTensor::close);
    }

    private Map<String, OnnxTensor> views(
        Map<String, TensorRows> tensors, Map<String, List<Integer>> shapes) {
      Map<String, OnnxTensor> views = new LinkedHashMap<>();
      tensors.forEach((name, tensor) -> views.put(name, view(tensor, shapes.get(name))));
      return views;
    }

    private OnnxTensor view(TensorRows tensor, List<Integer> shape) {
      long[] dimensions = new long[shape.size() + 1];
      dimensions[0] = rows;
      for (int i = 0; i < shape.size(); i++) {
        dimensions[i + 1] = shape.get(i);
      }
      try {
        return OnnxTensor.createTensor(
            OrtEnvironment.getEnvironment(), tensor.view(first, rows), dimensions);
      } catch (OrtException failed) {
        throw new ModelException("cannot make a tensor: " + failed.getMessage(), failed);
      }
    }
  }
}
