/**
 * The streaming job on Flink: configuration, Kafka's ends, the keyed state, the decode operator,
 * metrics, the graph and the entry point. Algorithms live in the packages it imports; nothing of
 * the project imports it but the workbench and the benchmarks.
 */
package io.entrain.job;
