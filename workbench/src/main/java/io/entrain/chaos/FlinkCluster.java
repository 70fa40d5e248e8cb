package io.entrain.chaos;

import io.entrain.embedded.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer;

/**
 * Flink as processes on loopback: ZooKeeper, a JobManager that is highly available through it, and
 * TaskManagers of one slot each, of which one more than the job needs is a spare.
 */
final class FlinkCluster implements AutoCloseable {
  /** Longest silence of a process that is taken for alive, in milliseconds. */
  static final int HEARTBEAT_TIMEOUT_MILLIS = 4000;

  private static final long START_SECONDS = 90;

  /** A fault must not be put off for much longer, or the schedule means nothing. */
  private static final Duration WORKING_PATIENCE = Duration.ofSeconds(2);

  private final Site site;
  private final Path configuration;
  private final FlinkRest rest;
  private final Map<String, JavaProcess> taskManagers = new LinkedHashMap<>();
  private final JavaProcess zooKeeper;
  private JavaProcess jobManager;
  private int started;
  private String worked;

  private FlinkCluster(Site site, int[] ports) {
    this.site = site;
    this.rest = new FlinkRest(ports[1]);
    this.configuration = site.folder("conf");
    write(configuration.resolve("config.yaml"), settings(ports));
    Path peer = configuration.resolve("zoo.cfg");
    write(
        peer,
        """
        dataDir=%s
        clientPort=%d
        clientPortAddress=%s
        tickTime=500
        initLimit=10
        syncLimit=5
        admin.enableServer=false
        """
            .formatted(site.folder("zookeeper"), ports[0], Ports.HOST));
    zooKeeper =
        site.flink(
            "zookeeper",
            List.of("-Xmx64m"),
            FlinkZooKeeperQuorumPeer.class,
            List.of("--zkConfigFile", peer.toString(), "--peerId", "1"));
  }

  /** Starts all and waits until {@code taskManagers} TaskManagers are there. */
  static FlinkCluster start(Site site, int taskManagers) {
    FlinkCluster cluster = new FlinkCluster(site, Ports.free(3));
    try {
      cluster.startJobManager();
      for (int i = 0; i < taskManagers; i++) {
        cluster.startTaskManager();
      }
      cluster.awaitTaskManagers();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private String settings(int[] ports) {
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
    heartbeat.interval: 1 s
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
            site.folder("checkpoints").toUri(),
            site.folder("tmp"));
  }

  /** Starts a JobManager; the one before must be gone. */
  void startJobManager() {
    jobManager =
        site.flink(
            "jobmanager",
            List.of("-Xmx256m"),
            StandaloneSessionClusterEntrypoint.class,
            List.of("--configDir", configuration.toString()));
  }

  /** Starts one more TaskManager, as Flink's start script does: flags come from the settings. */
  void startTaskManager() {
    String name = "taskmanager-" + ++started;
    Configuration settings = GlobalConfiguration.loadConfiguration(configuration.toString());
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(settings);
    List<String> arguments = new ArrayList<>(List.of("--configDir", configuration.toString()));
    arguments.addAll(words(TaskExecutorProcessUtils.generateDynamicConfigsStr(spec)));
    arguments.addAll(List.of("-D", "taskmanager.resource-id=" + name));
    List<String> flags = words(ProcessMemoryUtils.generateJvmParametersStr(spec));
    taskManagers.put(name, site.flink(name, flags, TaskManagerRunner.class, arguments));
  }

  private static List<String> words(String line) {
    return Arrays.asList(line.trim().split(" +"));
  }

  /** Waits until every TaskManager that should live is known to the JobManager. */
  void awaitTaskManagers() {
    Waiting.until(
        "the TaskManagers are there",
        START_SECONDS,
        () -> {
          jobManager.demandAlive();
          zooKeeper.demandAlive();
          taskManagers.values().forEach(JavaProcess::demandAlive);
          return rest.taskManagers().containsAll(taskManagers.keySet());
        });
  }

  /**
   * The TaskManager that runs the job; while none does, because an earlier fault is not over, the
   * one that ran it last or any.
   */
  JavaProcess working() {
    long deadline = System.nanoTime() + WORKING_PATIENCE.toNanos();
    do {
      Optional<String> now = rest.working().stream().filter(taskManagers::containsKey).findFirst();
      if (now.isPresent()) {
        worked = now.get();
        break;
      }
      Waiting.pauseMillis(50);
    } while (System.nanoTime() < deadline);
    return taskManagers.getOrDefault(worked, taskManagers.values().iterator().next());
  }

  /** Waits until every task of the job runs. */
  void awaitJob() {
    Waiting.until("the job runs", START_SECONDS, rest::running);
  }

  /** SIGKILL of a TaskManager. */
  void kill(JavaProcess taskManager) {
    taskManager.kill();
    taskManagers.remove(taskManager.name());
  }

  /** SIGKILL of the JobManager. */
  void killJobManager() {
    jobManager.kill();
  }

  /** How the cluster is asked. */
  FlinkRest rest() {
    return rest;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    taskManagers.values().forEach(JavaProcess::close);
    if (jobManager != null) {
      jobManager.close();
    }
    zooKeeper.close();
  }
}
