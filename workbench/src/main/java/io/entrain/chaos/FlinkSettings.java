package io.entrain.chaos;

import io.entrain.embedded.Ports;
import java.nio.file.Path;

/**
 * The configuration of the cluster: what docs/chaos.md recommends, and memory for a small machine.
 */
final class FlinkSettings {
  /** Longest silence of a process that is taken for alive, in milliseconds. */
  static final int HEARTBEAT_TIMEOUT_MILLIS = 4000;

  private FlinkSettings() {}

  /**
   * As {@code config.yaml}.
   *
   * @param ports of ZooKeeper, of the REST interface, of the JobManager
   * @param checkpoints where checkpoints go
   */
  static String text(Site site, int[] ports, Path checkpoints) {
    return """
    high-availability.type: zookeeper
    high-availability.zookeeper.quorum: %1$s:%2$d
    high-availability.storageDir: %5$s
    high-availability.jobmanager.port: %4$d
    high-availability.zookeeper.client.session-timeout: 4 s
    jobmanager.rpc.address: %1$s
    jobmanager.bind-host: %1$s
    jobmanager.memory.process.size: 640m
    jobmanager.memory.jvm-metaspace.size: 160m
    jobmanager.memory.jvm-overhead.min: 64m
    jobmanager.memory.off-heap.size: 64m
    rest.address: %1$s
    rest.bind-address: %1$s
    rest.port: %3$d
    taskmanager.host: %1$s
    taskmanager.bind-host: %1$s
    taskmanager.numberOfTaskSlots: 1
    taskmanager.memory.task.heap.size: 192m
    taskmanager.memory.task.off-heap.size: 192m
    taskmanager.memory.framework.heap.size: 96m
    taskmanager.memory.framework.off-heap.size: 96m
    taskmanager.memory.managed.size: 0m
    taskmanager.memory.network.min: 32m
    taskmanager.memory.network.max: 32m
    taskmanager.memory.jvm-metaspace.size: 192m
    taskmanager.memory.jvm-overhead.min: 64m
    heartbeat.interval: 500 ms
    heartbeat.timeout: %6$d ms
    pekko.ask.timeout: 10 s
    cluster.registration.error-delay: 500 ms
    cluster.registration.refused-registration-delay: 500 ms
    restart-strategy.type: exponential-delay
    restart-strategy.exponential-delay.initial-backoff: 100 ms
    restart-strategy.exponential-delay.max-backoff: 2 s
    execution.checkpointing.dir: %7$s
    execution.checkpointing.timeout: 20 s
    security.delegation.tokens.enabled: false
    io.tmp.dirs: %8$s
    """
        .formatted(
            Ports.HOST,
            ports[0],
            ports[1],
            ports[2],
            site.folder("ha").toUri(),
            HEARTBEAT_TIMEOUT_MILLIS,
            checkpoints.toUri(),
            site.folder("tmp"));
  }
}
