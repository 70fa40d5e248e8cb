package io.entrain.job;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A record as it came from Kafka, not yet looked into.
 *
 * @param stream index of the modality whose topic it came from
 * @param topic topic
 * @param partition partition of the topic
 * @param offset position in the partition
 * @param timestampMillis log time
 * @param key the key's bytes; empty where there is none
 * @param value the value's bytes; empty where there is none
 */
public record RawRecord(
    int stream,
    String topic,
    int partition,
    long offset,
    long timestampMillis,
    byte[] key,
    byte[] value) {

  /** The key as text: the session id. */
  public String session() {
    return new String(key, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawRecord that
        && stream == that.stream
        && topic.equals(that.topic)
        && partition == that.partition
        && offset == that.offset
        && timestampMillis == that.timestampMillis
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * topic.hashCode() + partition) + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset + " (" + value.length + " bytes)";
  }
}
