package io.entrain.soak;

import io.entrain.wire.Block;

/**
 * A block and when it leaves.
 *
 * @param millis event time of the run
 */
record Message(long millis, Block block) {}
