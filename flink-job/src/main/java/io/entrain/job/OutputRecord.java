package io.entrain.job;

import java.util.Arrays;

/**
 * A record on its way to Kafka. Kind, key and value are pure functions of the input; how long
 * things took goes to the headers.
 *
 * @param kind which topic it goes to
 * @param key session id in UTF-8
 * @param value the encoded message
 * @param arrivedMillis log time of the last block that the pane waited for
 * @param inferenceMicros duration of the model's call; 0 of a rejected record
 * @param batchWindows windows in that call; 0 of a rejected record
 */
public record OutputRecord(
    OutputKind kind,
    byte[] key,
    byte[] value,
    long arrivedMillis,
    long inferenceMicros,
    int batchWindows) {

  @Override
  public boolean equals(Object other) {
    return other instanceof OutputRecord that
        && kind == that.kind
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return kind + " (" + value.length + " bytes)";
  }
}
