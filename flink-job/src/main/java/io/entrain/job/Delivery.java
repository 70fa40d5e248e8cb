package io.entrain.job;

/** What a restart does to the output. */
public enum Delivery {
  /** Visible at once; after a restart some records come again, bit-identical. */
  AT_LEAST_ONCE,
  /** Kafka transactions: visible at checkpoints, each once, to readers with read_committed. */
  EXACTLY_ONCE
}
