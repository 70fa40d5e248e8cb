package io.entrain.job;

import java.util.Arrays;
import java.util.Optional;

/**
 * Every setting of the job: its name in the file and on the command line, its default, and what it
 * is.
 */
public enum Setting {
  BOOTSTRAP("bootstrap", "localhost:9092", "Kafka brokers, host:port, comma-separated"),
  MODELS("models", "", "ONNX files with a contract, comma-separated; each decodes every session"),
  SHADOW_MODELS(
      "shadow-models",
      "",
      "ONNX files that decode beside the others, to a topic of their own, comma-separated"),
  SWAP_LEAD_MILLIS(
      "swap-lead-millis",
      "5000",
      "how long after its announcement a model takes over at the earliest"),
  FRESH_STATE(
      "fresh-state",
      "false",
      "start from a savepoint with a model of other state tensors; its sessions start anew"),
  TOPIC_PREFIX("topic-prefix", "entrain", "first part of every topic's name"),
  GROUP("group", "entrain", "Kafka consumer group, where offsets are committed"),
  START_FROM("start-from", "committed", "earliest, latest or committed (else earliest)"),
  DELIVERY("delivery", "at-least-once", "at-least-once (visible at once) or exactly-once"),
  CHECKPOINT_INTERVAL_MILLIS(
      "checkpoint-interval-millis",
      "1000",
      "between checkpoints; output of exactly-once appears then"),
  CHECKPOINT_FOLDER("checkpoint-folder", "", "where checkpoints go; empty: as Flink is configured"),
  TRANSACTION_TIMEOUT_MILLIS(
      "transaction-timeout-millis",
      "600000",
      "exactly-once: longest outage that loses nothing; at most the broker's transaction.max.timeout.ms"),
  ALLOWED_LATENESS_MILLIS(
      "allowed-lateness-millis", "1000", "how long a pane waits for a stream that is behind"),
  IDLE_TIMEOUT_MILLIS(
      "idle-timeout-millis",
      "2000",
      "a topic's partition that is silent for so long, and is read to its end, holds nothing up; 0: it does"),
  CLOCK_JUMP_MILLIS("clock-jump-millis", "10000", "a stamp further off than this is a clock jump"),
  SESSION_TIMEOUT_MILLIS(
      "session-timeout-millis", "600000", "a session that is silent for so long is forgotten"),
  MAX_RECORD_BYTES("max-record-bytes", "4194304", "larger records go to the dead-letter topic"),
  BATCH_WINDOWS(
      "batch-windows", "16", "most windows in one call of the model; with single it is one"),
  BATCH_SHAPE(
      "batch-shape",
      "auto",
      "single, fixed or fitted; auto is fixed on a GPU, fitted on a CPU for a model that gives the same bits in every batch, else single"),
  LAG_RANGE_MILLIS(
      "lag-range-millis",
      "",
      "lags that the models may find, for example -50..50, or one that is pinned, for example 12; empty: all"),
  PROVIDER("provider", "auto", "auto, cpu or cuda"),
  FORMAT("format", "protobuf", "of what is written: protobuf or json"),
  ALIGNMENT("alignment", "true", "whether lag posterior and attention are written"),
  PARALLELISM("parallelism", "1", "subtasks of the job"),
  CREATE_TOPICS("create-topics", "true", "make the topics that are missing"),
  BOUNDED("bounded", "false", "stop at the end of what the topics hold at start");

  /**
   * Prefix of a setting that goes to every Kafka client as it is, for example security.protocol.
   */
  public static final String KAFKA = "kafka.";

  private final String key;
  private final String fallback;
  private final String description;

  Setting(String key, String fallback, String description) {
    this.key = key;
    this.fallback = fallback;
    this.description = description;
  }

  /** Name in the file, and after {@code --} on the command line. */
  public String key() {
    return key;
  }

  /** Default value. */
  public String fallback() {
    return fallback;
  }

  /** What it is, in one line. */
  public String description() {
    return description;
  }

  static Optional<Setting> of(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }
}
