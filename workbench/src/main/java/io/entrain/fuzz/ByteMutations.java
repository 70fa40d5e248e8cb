package io.entrain.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.entrain.wire.v1.Samples;
import java.util.Arrays;

/** What goes wrong below the schema. */
final class ByteMutations {
  private static final int MIB = 1 << 20;

  /** Beyond the schema, and will stay so. */
  private static final int UNKNOWN_FIELD = 1000;

  private ByteMutations() {}

  static void flipBits(Draft draft) {
    byte[] bytes = draft.value();
    for (int flips = draft.random.nextInt(1, 9); flips > 0; flips--) {
      bytes[draft.random.nextInt(bytes.length)] ^= (byte) (1 << draft.random.nextInt(8));
    }
    draft.value(bytes);
  }

  static void truncate(Draft draft) {
    byte[] bytes = draft.value();
    draft.value(Arrays.copyOf(bytes, draft.random.nextInt(1, bytes.length)));
  }

  static void pad(Draft draft) {
    byte[] bytes = draft.value();
    byte[] noise = draft.noise(draft.random.nextInt(1, 64));
    byte[] padded = Arrays.copyOf(bytes, bytes.length + noise.length);
    System.arraycopy(noise, 0, padded, bytes.length, noise.length);
    draft.value(padded);
  }

  /** Above the limit, and does not compress. */
  static void oversize(Draft draft) {
    draft.value(draft.noise(draft.maxRecordBytes + draft.random.nextInt(1, 4 * MIB)));
  }

  /** Up to six times the limit in zeros: some kilobytes for the broker, which sees them packed. */
  static void bomb(Draft draft) {
    int size = draft.maxRecordBytes * draft.random.nextInt(2, 7);
    UnknownFieldSet.Field zeros =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFrom(new byte[size]))
            .build();
    draft.block.setUnknownFields(
        UnknownFieldSet.newBuilder().addField(UNKNOWN_FIELD, zeros).build());
  }

  /** As many samples as the limit allows, each a zero of one byte. */
  static void fullBomb(Draft draft) {
    Samples.Builder samples =
        Samples.newBuilder()
            .setRateHz(1000)
            .setChannels(draft.modalities.get(draft.modality).channels())
            .setScale(1);
    for (int i = draft.maxRecordBytes - 1024; i > 0; i--) {
      samples.addInt16Value(0);
    }
    draft.block.setSamples(samples);
  }
}
