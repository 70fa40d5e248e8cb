/**
 * Kafka's topics as sources of the engine that tell a partition with nothing more to read from one
 * that has not been read yet. Knows Kafka and Flink, nothing of the project; job imports it.
 */
package io.entrain.silence;
