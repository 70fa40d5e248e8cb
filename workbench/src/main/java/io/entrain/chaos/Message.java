package io.entrain.chaos;

import io.entrain.wire.Block;

/**
 * A block as it is to be sent.
 *
 * @param millis when, after the first one
 * @param block what
 */
record Message(long millis, Block block) {}
