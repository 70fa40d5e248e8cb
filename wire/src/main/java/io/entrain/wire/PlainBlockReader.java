package io.entrain.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.entrain.wire.v1.Events;
import io.entrain.wire.v1.Samples;
import io.entrain.wire.v1.SignalBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a {@code SignalBlock} in the layout that every Protobuf library writes: each field at most
 * once, repeated numbers packed, no field that this version does not know. Numbers go straight into
 * arrays of their final length, where the generated message grows lists and copies them.
 *
 * <p>What has another layout, or is broken, is left to the generated message, which also knows the
 * reason.
 */
final class PlainBlockReader {
  private static final int VARINT = WireFormat.WIRETYPE_VARINT;
  private static final int FIXED32 = WireFormat.WIRETYPE_FIXED32;
  private static final int FIXED64 = WireFormat.WIRETYPE_FIXED64;
  private static final int BYTES = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int TYPE_BITS = 3;

  private static final long[] NO_LONGS = {};
  private static final int[] NO_INTS = {};
  private static final float[] NO_FLOATS = {};

  private final byte[] bytes;
  private final CodedInputStream in;

  /** Bits of the fields of the message at hand that have been seen. */
  private int seen;

  private PlainBlockReader(byte[] bytes) {
    this.bytes = bytes;
    this.in = CodedInputStream.newInstance(bytes);
  }

  /** What {@code bytes} say, or null where they are not laid out so. */
  static BlockFields read(byte[] bytes) {
    try {
      return new PlainBlockReader(bytes).block();
    } catch (IOException otherwise) {
      return null;
    }
  }

  private BlockFields block() throws IOException {
    String session = "";
    String modality = "";
    long sequence = 0;
    long startNanos = 0;
    long endNanos = 0;
    Block.Events events = null;
    BlockFields.Samples samples = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isRepeated(tag)) {
        return null;
      }
      switch (tag) {
        case SignalBlock.SESSION_FIELD_NUMBER << TYPE_BITS | BYTES ->
            session = in.readStringRequireUtf8();
        case SignalBlock.MODALITY_FIELD_NUMBER << TYPE_BITS | BYTES ->
            modality = in.readStringRequireUtf8();
        case SignalBlock.SEQUENCE_FIELD_NUMBER << TYPE_BITS | VARINT -> sequence = in.readUInt64();
        case SignalBlock.START_NANOS_FIELD_NUMBER << TYPE_BITS | FIXED64 ->
            startNanos = in.readSFixed64();
        case SignalBlock.END_NANOS_FIELD_NUMBER << TYPE_BITS | FIXED64 ->
            endNanos = in.readSFixed64();
        case SignalBlock.EVENTS_FIELD_NUMBER << TYPE_BITS | BYTES -> events = events();
        case SignalBlock.SAMPLES_FIELD_NUMBER << TYPE_BITS | BYTES -> samples = samples();
        default -> {
          return null;
        }
      }
      if (events != null && samples != null) {
        return null;
      }
    }
    return new BlockFields(session, modality, sequence, startNanos, endNanos, events, samples);
  }

  private Block.Events events() throws IOException {
    long[] offsetNanos = NO_LONGS;
    int[] channel = NO_INTS;
    float[] mark = NO_FLOATS;
    int outer = in.pushLimit(in.readRawVarint32());
    int outerSeen = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      refuseIf(isRepeated(tag));
      switch (tag) {
        case Events.OFFSET_NANOS_FIELD_NUMBER << TYPE_BITS | BYTES -> {
          offsetNanos = new long[varints()];
          for (int i = 0; i < offsetNanos.length; i++) {
            offsetNanos[i] = in.readUInt64();
          }
        }
        case Events.CHANNEL_FIELD_NUMBER << TYPE_BITS | BYTES -> {
          channel = new int[varints()];
          for (int i = 0; i < channel.length; i++) {
            channel[i] = in.readUInt32();
          }
        }
        case Events.MARK_FIELD_NUMBER << TYPE_BITS | BYTES -> mark = floats();
        default -> refuseIf(true);
      }
    }
    end(outer, outerSeen);
    return new Block.Events(offsetNanos, channel, mark);
  }

  private BlockFields.Samples samples() throws IOException {
    double rateHz = 0;
    int channels = 0;
    float[] value = NO_FLOATS;
    int[] int16Value = NO_INTS;
    float scale = 0;
    int outer = in.pushLimit(in.readRawVarint32());
    int outerSeen = begin();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      refuseIf(isRepeated(tag));
      switch (tag) {
        case Samples.RATE_HZ_FIELD_NUMBER << TYPE_BITS | FIXED64 -> rateHz = in.readDouble();
        case Samples.CHANNELS_FIELD_NUMBER << TYPE_BITS | VARINT -> channels = in.readUInt32();
        case Samples.VALUE_FIELD_NUMBER << TYPE_BITS | BYTES -> value = floats();
        case Samples.INT16_VALUE_FIELD_NUMBER << TYPE_BITS | BYTES -> {
          int16Value = new int[varints()];
          for (int i = 0; i < int16Value.length; i++) {
            int16Value[i] = in.readSInt32();
          }
        }
        case Samples.SCALE_FIELD_NUMBER << TYPE_BITS | FIXED32 -> scale = in.readFloat();
        default -> refuseIf(true);
      }
    }
    end(outer, outerSeen);
    return new BlockFields.Samples(rateHz, channels, value, int16Value, scale);
  }

  private int begin() {
    int before = seen;
    seen = 0;
    return before;
  }

  private void end(int outer, int outerSeen) {
    in.popLimit(outer);
    seen = outerSeen;
  }

  /** Field numbers that are known here are below 32; another one is refused anyway. */
  private boolean isRepeated(int tag) {
    int bit = 1 << (tag >>> TYPE_BITS);
    boolean repeated = (seen & bit) != 0;
    seen |= bit;
    return repeated;
  }

  /** How many varints the packed field that begins here holds: bytes without a bit for more. */
  private int varints() throws IOException {
    int length = length();
    int from = in.getTotalBytesRead();
    int count = 0;
    for (int i = from; i < from + length; i++) {
      count += bytes[i] >= 0 ? 1 : 0;
    }
    refuseIf(length > 0 && bytes[from + length - 1] < 0);
    return count;
  }

  private float[] floats() throws IOException {
    int length = length();
    refuseIf(length % Float.BYTES != 0);
    float[] values = new float[length / Float.BYTES];
    ByteBuffer.wrap(bytes, in.getTotalBytesRead(), length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    in.skipRawBytes(length);
    return values;
  }

  /** Of the packed field that begins here, which lies within its message. */
  private int length() throws IOException {
    int length = in.readRawVarint32();
    refuseIf(length < 0 || length > in.getBytesUntilLimit());
    return length;
  }

  private static void refuseIf(boolean otherwise) throws IOException {
    if (otherwise) {
      throw new OtherLayout();
    }
  }

  /** Without a stack trace: it is no news. */
  private static final class OtherLayout extends IOException {
    private static final long serialVersionUID = 1;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
