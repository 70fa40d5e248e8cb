/**
 * The simulated world: subjects, what happens in a session, what two sensors make of it, and what
 * goes wrong on the way. Pure functions of their seeds; no Kafka, no Flink, no files. May import
 * {@code recording}; imported by {@code cli}.
 */
package io.entrain.world;
