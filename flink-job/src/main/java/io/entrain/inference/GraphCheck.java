package io.entrain.inference;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Holds the inputs and outputs of a graph against those that follow from its contract. */
final class GraphCheck {
  private GraphCheck() {}

  /**
   * Refuses a graph that has an input which nobody would feed.
   *
   * @throws ModelException names the tensor, what it is and what the contract asks for
   */
  static void inputs(Map<String, NodeInfo> found, Map<String, List<Integer>> wanted) {
    for (String name : found.keySet()) {
      if (!wanted.containsKey(name)) {
        throw new ModelException(
            "the graph has an input \"%s\" that the contract does not name, must be among %s"
                .formatted(name, wanted.keySet()));
      }
    }
    tensors("input", found, wanted);
  }

  /** Outputs beyond the contract are allowed: nobody asks for them. */
  static void outputs(Map<String, NodeInfo> found, Map<String, List<Integer>> wanted) {
    tensors("output", found, wanted);
  }

  private static void tensors(
      String side, Map<String, NodeInfo> found, Map<String, List<Integer>> wanted) {
    wanted.forEach(
        (name, shape) -> {
          NodeInfo node = found.get(name);
          if (node == null) {
            throw new ModelException(
                "the contract asks for the %s \"%s\", the graph has %s"
                    .formatted(side, name, found.keySet()));
          }
          tensor(side, node, shape);
        });
  }

  private static void tensor(String side, NodeInfo node, List<Integer> shape) {
    if (!(node.getInfo() instanceof TensorInfo info) || info.type != OnnxJavaType.FLOAT) {
      throw new ModelException(
          "%s \"%s\" is %s, must be a float32 tensor"
              .formatted(side, node.getName(), node.getInfo()));
    }
    long[] dimensions = info.getShape();
    boolean fits = dimensions.length == shape.size() + 1;
    for (int i = 0; fits && i < shape.size(); i++) {
      // -1: the graph leaves it open, for example where shape inference stopped.
      fits = dimensions[i + 1] == -1 || dimensions[i + 1] == shape.get(i);
    }
    if (!fits) {
      throw new ModelException(
          "%s \"%s\" has shape %s, the contract asks for [B, %s]"
              .formatted(side, node.getName(), text(dimensions), inside(shape)));
    }
    if (dimensions[0] != -1) {
      throw new ModelException(
          "%s \"%s\" has a fixed batch of %d, must be dynamic: export with a dynamic first dimension"
              .formatted(side, node.getName(), dimensions[0]));
    }
  }

  private static String text(long[] dimensions) {
    return Arrays.toString(dimensions).replace("-1", "?");
  }

  private static String inside(List<Integer> shape) {
    String text = shape.toString();
    return text.substring(1, text.length() - 1);
  }
}
