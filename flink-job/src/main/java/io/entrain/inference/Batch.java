package io.entrain.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
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

  /** For each number of rows, one less: views on the same buffers that are run in turn. */
  private final List<List<Call>> calls = new ArrayList<>();

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
    Map<List<Integer>, Call> made = new HashMap<>();
    for (int rows = 1; rows <= capacity; rows++) {
      List<Call> inTurn = new ArrayList<>();
      int first = 0;
      for (int size : sizes(rows)) {
        inTurn.add(
            made.computeIfAbsent(
                List.of(first, size), place -> new Call(place.get(0), place.get(1))));
        first += size;
      }
      calls.add(inTurn);
    }
  }

  private List<Integer> sizes(int rows) {
    return switch (shape) {
      case SINGLE -> Collections.nCopies(rows, 1);
      case FIXED -> List.of(capacity);
      case FITTED -> CallSizes.of(rows, capacity);
      case AUTO -> throw new IllegalArgumentException("auto is a choice among shapes, and none");
    };
  }

  /** Rows this batch can hold. */
  public int capacity() {
    return capacity;
  }

  /** How the model is called; never {@code AUTO}. */
  public BatchShape shape() {
    return shape;
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
    for (Call call : calls.get(rows - 1)) {
      call.run();
    }
  }

  /** Frees the tensors, after the call in flight; the model stays open. */
  @Override
  public void close() {
    model.betweenCalls(
        () -> {
          closed = true;
          calls.stream().flatMap(List::stream).distinct().forEach(Call::free);
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
