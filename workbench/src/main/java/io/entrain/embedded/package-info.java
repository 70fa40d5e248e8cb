/**
 * Kafka and Flink inside this JVM: the real broker and the real engine on loopback, in a folder
 * that goes away with them. Nothing here knows what a session or a model is. Imports no other
 * package of the workbench; commands, experiments, benchmarks and tests may import it.
 */
package io.entrain.embedded;
