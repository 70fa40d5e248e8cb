/**
 * Records that nobody should send, by the million: a seeded stream of valid blocks and of what can
 * be wrong with them, sent through a real broker and the production job, and an account of what
 * became of each. Stands on {@code wire}, {@code flink-job} and {@code embedded}; imported by
 * {@code cli}.
 */
package io.entrain.fuzz;
