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
 * TaskManagers of one slot each, of which those that the job does not need are spares.
 */
final class FlinkCluster implements AutoCloseable {
  private static final long START_SECONDS = 300;

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

  private FlinkCluster(Site site, int[] ports, Path checkpoints) {
    this.site = site;
    this.rest = new FlinkRest(ports[1]);
    this.configuration = site.folder("conf");
    write(configuration.resolve("config.yaml"), FlinkSettings.text(site, ports, checkpoints));
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

  /**
   * Starts all and waits until {@code taskManagers} TaskManagers are there.
   *
   * @param checkpoints folder of the checkpoints
   */
  static FlinkCluster start(Site site, int taskManagers, Path checkpoints) {
    FlinkCluster cluster = new FlinkCluster(site, Ports.free(3), checkpoints);
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
   * A TaskManager that runs the job or part of it; while none does, because an earlier fault is not
   * over, the one that ran it last or any.
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
    Waiting.until("the job runs", START_SECONDS, () -> rest.running().isPresent());
  }

  /** SIGKILL of a TaskManager. */
  void kill(JavaProcess taskManager) {
    taskManager.kill();
    taskManagers.remove(taskManager.name());
  }

  /** SIGSEGV of a TaskManager. */
  void crash(JavaProcess taskManager) {
    taskManager.crash();
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
