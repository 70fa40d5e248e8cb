package io.entrain.wire;

import org.apache.kafka.common.header.Headers;

/**
 * One record as it came from Kafka.
 *
 * @param <T> what its value holds
 * @param key session id, or null where the record has no key
 * @param value decoded value
 * @param partition where it stands
 * @param offset position in the partition
 * @param timestampMillis log time
 * @param headers may hold a {@link Timing}
 */
public record Received<T>(
    String key, T value, int partition, long offset, long timestampMillis, Headers headers) {}
