package io.entrain.fuzz;

/**
 * A record as it was sent.
 *
 * @param mutation what had been done to it
 * @param fingerprint of key, value and log time
 */
record Sent(Mutation mutation, long fingerprint) {}
