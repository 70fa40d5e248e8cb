/**
 * The control topic as a source of the engine: its records, and how far it is known to be read.
 * Knows Kafka and Flink, nothing of the project; job imports it.
 */
package io.entrain.control;
