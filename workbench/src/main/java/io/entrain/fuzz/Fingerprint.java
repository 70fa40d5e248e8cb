package io.entrain.fuzz;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What a million records are told apart by without keeping them. */
final class Fingerprint {
  private Fingerprint() {}

  /** First eight bytes of the SHA-256 of key, value and log time; null counts as empty. */
  static long of(byte[] key, byte[] value, long timestampMillis) {
    MessageDigest digest = sha256();
    digest.update(
        ByteBuffer.allocate(12)
            .putInt(key == null ? 0 : key.length)
            .putLong(timestampMillis)
            .array());
    if (key != null) {
      digest.update(key);
    }
    if (value != null) {
      digest.update(value);
    }
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every JDK has it
    }
  }
}
