package io.entrain.view;

import io.entrain.wire.Timing;

/**
 * One record of a session as it is kept: undecoded, because most are never looked at.
 *
 * @param number counts the records of the session
 * @param topic where it came from
 * @param timing of a decoded record; else null
 */
record Entry(long number, TopicKind kind, String topic, byte[] value, Timing timing) {}
