/**
 * How good a decoder was: decoded records against the truth. Plain classes that are fed records; no
 * Kafka client, no Flink. May import {@code wire} only; imported by {@code cli}.
 */
package io.entrain.scoring;
