package io.entrain.job;

import java.util.Map;

/**
 * What the job's Kafka clients are set to where {@code kafka.*} does not say otherwise. The
 * benchmarks' floors and rivals take the same.
 */
public final class ClientSettings {
  /**
   * A broker answers a fetch after 2 ms, or with 256 kB. Answering as soon as there is a block, as
   * is Kafka's default, makes a fetch of nearly every block: with 20 live sessions a quarter of the
   * job's CPU (docs/benchmarks.md).
   */
  public static final Map<String, String> OF_SOURCES =
      Map.of("fetch.max.wait.ms", "2", "fetch.min.bytes", "262144");

  /** A record goes out at once, and is not given for written before every replica has it. */
  public static final Map<String, String> OF_SINK =
      Map.of("linger.ms", "0", "acks", "all", "enable.idempotence", "true");

  private ClientSettings() {}
}
