package io.entrain.bench.contest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.List;

/** Tensors of known shapes one after the other, as little-endian float32. */
final class TensorBytes {
  private TensorBytes() {}

  static byte[] write(float[][] tensors) {
    int size = 0;
    for (float[] tensor : tensors) {
      size += tensor.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] tensor : tensors) {
      for (float value : tensor) {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }

  static float[][] read(byte[] bytes, Collection<List<Integer>> shapes) {
    ByteBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[][] tensors = new float[shapes.size()][];
    int i = 0;
    for (List<Integer> shape : shapes) {
      tensors[i] = new float[shape.stream().reduce(1, Math::multiplyExact)];
      values.asFloatBuffer().get(tensors[i]);
      values.position(values.position() + tensors[i].length * Float.BYTES);
      i++;
    }
    return tensors;
  }
}
