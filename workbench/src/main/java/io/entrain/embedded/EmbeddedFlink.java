package io.entrain.embedded;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Flink's engine inside this JVM: one JobManager and one TaskManager on loopback.
 *
 * <h2>Guarantees</h2>
 *
 * Checkpoints and savepoints go to disk, into a scratch folder, as on a cluster. After {@link
 * #close()} every job has ended and no thread, port or file is left.
 */
public final class EmbeddedFlink implements AutoCloseable {
  /** Jobs of the embedded engine start, save and stop within seconds, or something is wrong. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final MiniCluster cluster;
  private final ScratchFolder folder;

  private EmbeddedFlink(MiniCluster cluster, ScratchFolder folder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /** Starts the engine with room for jobs of the given parallelism in total. */
  public static EmbeddedFlink start(int slots) {
    return start(slots, new Configuration());
  }

  /**
   * Starts the engine with further settings of Flink; its folders for checkpoints, savepoints and
   * temporary files are set here unless they are among them.
   */
  public static EmbeddedFlink start(int slots, Configuration settings) {
    ScratchFolder folder = ScratchFolder.create("flink");
    Configuration configuration = new Configuration();
    configuration.set(CoreOptions.TMP_DIRS, folder.path().toString());
    configuration.set(WebOptions.TMP_DIR, folder.path().toString());
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, uri(folder, "checkpoints"));
    configuration.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, uri(folder, "savepoints"));
    configuration.set(SecurityOptions.DELEGATION_TOKENS_ENABLED, false);
    configuration.addAll(settings);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .setCommonBindAddress("127.0.0.1")
                .withRandomPorts()
                .build());
    try {
      cluster.start();
      return new EmbeddedFlink(cluster, folder);
    } catch (Exception e) {
      await("stop", cluster.closeAsync(), PATIENCE);
      folder.close();
      throw new IllegalStateException("The embedded Flink did not start", e);
    }
  }

  /** Submits the graph that stands in {@code environment}. */
  public JobID submit(StreamExecutionEnvironment environment) {
    return submit(environment.getStreamGraph().getJobGraph());
  }

  /** Submits a graph that starts from a savepoint or a retained checkpoint. */
  public JobID restore(StreamExecutionEnvironment environment, String savepoint) {
    JobGraph graph = environment.getStreamGraph().getJobGraph();
    graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint, false));
    return submit(graph);
  }

  private JobID submit(JobGraph graph) {
    return await("submit the job", cluster.submitJob(graph), PATIENCE).getJobID();
  }

  /** Where the job is in its life now. */
  public JobStatus status(JobID job) {
    return await("ask for the job", cluster.getJobStatus(job), PATIENCE);
  }

  /** Whether every task of the job runs, its operators opened, or is through with its input. */
  public boolean isRunning(JobID job) {
    for (AccessExecutionVertex task :
        await("show the job", cluster.getExecutionGraph(job), PATIENCE).getAllExecutionVertices()) {
      ExecutionState state = task.getExecutionState();
      if (state != ExecutionState.RUNNING && state != ExecutionState.FINISHED) {
        return false;
      }
    }
    return true;
  }

  /** Wall time in milliseconds at which the newest finished checkpoint of the job was done. */
  public OptionalLong checkpointedMillis(JobID job) {
    CheckpointStatsSnapshot checkpoints =
        await("show the job", cluster.getExecutionGraph(job), PATIENCE)
            .getCheckpointStatsSnapshot();
    CompletedCheckpointStats newest =
        checkpoints == null ? null : checkpoints.getHistory().getLatestCompletedCheckpoint();
    return newest == null
        ? OptionalLong.empty()
        : OptionalLong.of(newest.getTriggerTimestamp() + newest.getEndToEndDuration());
  }

  /** Cancels the job and waits until it is gone. */
  public void cancel(JobID job) {
    await("cancel the job", cluster.cancelJob(job), PATIENCE);
    awaitEnd(job, PATIENCE);
  }

  /** Writes a savepoint while the job goes on; its path. */
  public String savepoint(JobID job) {
    return await(
        "write a savepoint",
        cluster.triggerSavepoint(job, null, false, SavepointFormatType.CANONICAL),
        PATIENCE);
  }

  /** Stops the job with a savepoint; its path. */
  public String stopWithSavepoint(JobID job) {
    return await(
        "stop with a savepoint",
        cluster.stopWithSavepoint(job, null, false, SavepointFormatType.CANONICAL),
        PATIENCE);
  }

  /** Waits for the job's end; what it failed with, or empty where it finished or was cancelled. */
  public Optional<Throwable> awaitEnd(JobID job, Duration patience) {
    JobResult result = await("end", cluster.requestJobResult(job), patience);
    return result
        .getSerializedThrowable()
        .map(thrown -> thrown.deserializeError(EmbeddedFlink.class.getClassLoader()));
  }

  /** Address of the engine's REST interface. */
  public URI restAddress() {
    return await("tell its address", cluster.getRestAddress(), PATIENCE);
  }

  /** Folder of checkpoints and savepoints; gone after {@link #close()}. */
  public Path folder() {
    return folder.path();
  }

  @Override
  public void close() {
    try {
      // A job that is cut off with its engine would be reported as failed.
      for (JobStatusMessage job : await("list its jobs", cluster.listJobs(), PATIENCE)) {
        if (!job.getJobState().isGloballyTerminalState()) {
          cancel(job.getJobId());
        }
      }
      await("stop", cluster.closeAsync(), PATIENCE);
    } finally {
      folder.close();
    }
  }

  private static String uri(ScratchFolder folder, String name) {
    return folder.path().resolve(name).toUri().toString();
  }

  private static <T> T await(String what, CompletableFuture<T> future, Duration patience) {
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "Flink did not " + what + " within " + patience.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Flink could not " + what + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for Flink to " + what, e);
    }
  }
}
