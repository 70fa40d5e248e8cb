package io.entrain.bench.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A small ONNX graph of float32 tensors with an open first dimension, written without any library
 * but Protobuf's. Field numbers are those of onnx.proto, opset 18.
 */
final class OnnxGraph {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 18;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int INTEGER = 2;

  private final ProtoBytes graph = new ProtoBytes().text(2, "entrain");

  OnnxGraph input(String name, int... shape) {
    graph.message(11, value(name, shape));
    return this;
  }

  OnnxGraph output(String name, int... shape) {
    graph.message(12, value(name, shape));
    return this;
  }

  private static ProtoBytes value(String name, int... shape) {
    ProtoBytes dimensions = new ProtoBytes().message(1, new ProtoBytes().text(2, "batch"));
    for (int length : shape) {
      dimensions.message(1, new ProtoBytes().number(1, length));
    }
    ProtoBytes tensor = new ProtoBytes().number(1, FLOAT).message(2, dimensions);
    return new ProtoBytes().text(1, name).message(2, new ProtoBytes().message(1, tensor));
  }

  /** A vector of whole numbers, for axes. */
  OnnxGraph axes(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    graph.message(
        5,
        new ProtoBytes()
            .number(1, values.length)
            .number(2, INT64)
            .text(8, name)
            .bytes(9, raw.array()));
    return this;
  }

  /** A scalar. */
  OnnxGraph constant(String name, float value) {
    byte[] raw = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    graph.message(5, new ProtoBytes().number(2, FLOAT).text(8, name).bytes(9, raw));
    return this;
  }

  /** An operator without attributes. */
  OnnxGraph node(String operator, List<String> inputs, String output) {
    graph.message(1, nodeOf(operator, inputs, output));
    return this;
  }

  /** An operator with one attribute, a whole number. */
  OnnxGraph node(
      String operator, List<String> inputs, String output, String attribute, long value) {
    ProtoBytes setting = new ProtoBytes().text(1, attribute).number(3, value).number(20, INTEGER);
    graph.message(1, nodeOf(operator, inputs, output).message(5, setting));
    return this;
  }

  private static ProtoBytes nodeOf(String operator, List<String> inputs, String output) {
    ProtoBytes node = new ProtoBytes();
    inputs.forEach(input -> node.text(1, input));
    return node.text(2, output).text(4, operator);
  }

  /** The file with one entry of metadata. */
  byte[] toFile(String key, String value) {
    return new ProtoBytes()
        .number(1, IR_VERSION)
        .message(7, graph)
        .message(8, new ProtoBytes().text(1, "").number(2, OPSET))
        .message(14, new ProtoBytes().text(1, key).text(2, value))
        .toByteArray();
  }
}
