package io.entrain.inference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * One float32 tensor {@code [capacity, *shape]} of a batch in a direct buffer that ONNX Runtime
 * reads or writes in place. Row r is one session's window, row-major.
 */
public final class TensorRows {
  private final int rowSize;
  private final FloatBuffer buffer;

  TensorRows(int capacity, List<Integer> shape) {
    this.rowSize = shape.stream().reduce(1, Math::multiplyExact);
    long bytes = (long) capacity * rowSize * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new ModelException(
          "a batch of %d rows of %s takes %d bytes a tensor, the limit is %d: lower the batch size"
              .formatted(capacity, shape, bytes, Integer.MAX_VALUE));
    }
    this.buffer =
        ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** Elements of one row. */
  public int rowSize() {
    return rowSize;
  }

  /** Copies {@code length} values into row {@code row}, from element {@code offset} of it on. */
  public void put(int row, int offset, float[] values, int from, int length) {
    buffer.put(row * rowSize + offset, values, from, length);
  }

  /** Copies a whole row in. */
  public void put(int row, float[] values) {
    put(row, 0, values, 0, rowSize);
  }

  /** Sets {@code length} values of row {@code row}, from element {@code offset} of it on. */
  public void fill(int row, int offset, int length, float value) {
    int start = row * rowSize + offset;
    for (int i = start; i < start + length; i++) {
      buffer.put(i, value);
    }
  }

  /** Element {@code index} of row {@code row}. */
  public float get(int row, int index) {
    return buffer.get(row * rowSize + index);
  }

  /** Copies a whole row out. */
  public void get(int row, float[] into) {
    buffer.get(row * rowSize, into, 0, rowSize);
  }

  /** A copy of a whole row. */
  public float[] row(int row) {
    float[] values = new float[rowSize];
    get(row, values);
    return values;
  }

  /** The first {@code rows} rows, sharing memory. */
  FloatBuffer rows(int rows) {
    return buffer.slice(0, rows * rowSize);
  }
}
