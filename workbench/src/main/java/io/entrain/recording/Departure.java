package io.entrain.recording;

import io.entrain.wire.Block;
import io.entrain.wire.v1.Truth;

/**
 * Something a session sends and when: a block or a row of truth, the other null.
 *
 * @param nanos true time at which it leaves, on the axis of the reference clock
 */
public record Departure(long nanos, Block block, Truth truth) {}
