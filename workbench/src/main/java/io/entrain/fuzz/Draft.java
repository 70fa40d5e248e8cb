package io.entrain.fuzz;

import io.entrain.contract.ModelContract.Modality;
import io.entrain.wire.v1.SignalBlock;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/** A valid record that a mutation may change before it is sent. */
final class Draft {
  final RandomGenerator random;
  final List<Modality> modalities;
  final SignalBlock.Builder block;
  final int maxRecordBytes;
  int modality;
  byte[] key;
  long timestampMillis;

  private byte[] value;
  private boolean written;

  Draft(
      RandomGenerator random,
      List<Modality> modalities,
      int modality,
      SignalBlock.Builder block,
      int maxRecordBytes) {
    this.random = random;
    this.modalities = modalities;
    this.modality = modality;
    this.block = block;
    this.maxRecordBytes = maxRecordBytes;
    key = block.getSession().getBytes(StandardCharsets.UTF_8);
  }

  /** The value's bytes: those that were set, else those of the block. */
  byte[] value() {
    return written ? value : block.build().toByteArray();
  }

  /** Sends these bytes whatever the block is; may be null. */
  void value(byte[] bytes) {
    value = bytes;
    written = true;
  }

  /** Another session, under its own key. */
  void session(String name) {
    block.setSession(name);
    key = name.getBytes(StandardCharsets.UTF_8);
  }

  /** One of the values. */
  @SafeVarargs
  final <T> T oneOf(T... values) {
    return values[random.nextInt(values.length)];
  }

  byte[] noise(int sizeInBytes) {
    byte[] bytes = new byte[sizeInBytes];
    random.nextBytes(bytes);
    return bytes;
  }

  FuzzRecord record(Mutation mutation) {
    return new FuzzRecord(mutation, modality, key, value(), timestampMillis);
  }
}
