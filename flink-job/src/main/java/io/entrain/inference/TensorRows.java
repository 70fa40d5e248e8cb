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
  /** A cache line, and the widest vector register: kernels treat what starts there alike. */
  private static final int ALIGNMENT_IN_BYTES = 64;

  private static final int ALIGNMENT = ALIGNMENT_IN_BYTES / Float.BYTES;

  /** A direct buffer's limit, with room to round up and to align. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 2 * ALIGNMENT_IN_BYTES;

  private final int rowSize;

  /** From the start of one row to the start of the next. */
  private final int stride;

  private final FloatBuffer buffer;

  /**
   * Makes a tensor.
   *
   * @param apart each row starts aligned, so that it can be a tensor of its own; else row follows
   *     row without a gap
   */
  TensorRows(int capacity, List<Integer> shape, boolean apart) {
    this.rowSize = shape.stream().reduce(1, Math::multiplyExact);
    this.stride = apart ? (int) roundUp(rowSize, ALIGNMENT) : rowSize;
    long bytes = (long) capacity * stride * Float.BYTES;
    if (bytes > MAX_BYTES) {
      throw new ModelException(
          "a batch of %d rows of %s takes %d bytes a tensor, the limit is %d: lower the batch size"
              .formatted(capacity, shape, bytes, MAX_BYTES));
    }
    this.buffer =
        ByteBuffer.allocateDirect((int) roundUp(bytes, ALIGNMENT_IN_BYTES) + ALIGNMENT_IN_BYTES)
            .alignedSlice(ALIGNMENT_IN_BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
  }

  private static long roundUp(long size, int multiple) {
    return (size + multiple - 1) / multiple * multiple;
  }

  /** Elements of one row. */
  public int rowSize() {
    return rowSize;
  }

  /** Copies {@code length} values into row {@code row}, from element {@code offset} of it on. */
  public void put(int row, int offset, float[] values, int from, int length) {
    buffer.put(row * stride + offset, values, from, length);
  }

  /** Copies a whole row in. */
  public void put(int row, float[] values) {
    put(row, 0, values, 0, rowSize);
  }

  /** Sets {@code length} values of row {@code row}, from element {@code offset} of it on. */
  public void fill(int row, int offset, int length, float value) {
    int start = row * stride + offset;
    for (int i = start; i < start + length; i++) {
      buffer.put(i, value);
    }
  }

  /** Element {@code index} of row {@code row}. */
  public float get(int row, int index) {
    return buffer.get(row * stride + index);
  }

  /** Copies a whole row out. */
  public void get(int row, float[] into) {
    buffer.get(row * stride, into, 0, rowSize);
  }

  /** A copy of a whole row. */
  public float[] row(int row) {
    float[] values = new float[rowSize];
    get(row, values);
    return values;
  }

  /** {@code rows} rows from {@code first} on, sharing memory. */
  FloatBuffer view(int first, int rows) {
    return buffer.slice(first * stride, rows * rowSize);
  }
}
