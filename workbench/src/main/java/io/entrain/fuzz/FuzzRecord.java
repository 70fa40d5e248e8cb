package io.entrain.fuzz;

/**
 * A record to be sent.
 *
 * @param mutation what was done to it
 * @param modality index of the modality whose topic it goes to
 * @param key the key, or null
 * @param value the value, or null
 * @param timestampMillis log time
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FuzzRecord(
    Mutation mutation, int modality, byte[] key, byte[] value, long timestampMillis) {}
