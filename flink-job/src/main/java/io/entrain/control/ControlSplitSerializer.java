package io.entrain.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Eight bytes. A later version reads what this one wrote. */
final class ControlSplitSerializer implements SimpleVersionedSerializer<ControlSplit> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(ControlSplit split) {
    return ByteBuffer.allocate(Long.BYTES).putLong(split.nextOffset()).array();
  }

  @Override
  public ControlSplit deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION || bytes.length != Long.BYTES) {
      throw new IOException(
          "a split of the control topic has version %d and %d bytes, must have %d and %d"
              .formatted(version, bytes.length, VERSION, Long.BYTES));
    }
    return new ControlSplit(ByteBuffer.wrap(bytes).getLong());
  }
}
