package io.entrain.fuzz;

/**
 * Where a record stands.
 *
 * @param topic topic
 * @param partition partition of the topic
 * @param offset position in the partition
 */
record Place(String topic, int partition, long offset) {}
