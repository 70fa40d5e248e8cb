package io.entrain.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A Flink cluster by its REST address.
 *
 * @param host of the JobManager
 * @param port of its REST interface
 */
record RemoteFlink(String host, int port) {
  /** An upload of the jar over a slow line included. */
  private static final long PATIENCE_SECONDS = 120;

  /**
   * The cluster at {@code host:port}.
   *
   * @throws IllegalArgumentException where the address is not of that form
   */
  static RemoteFlink at(String address) {
    URI uri = URI.create("http://" + address);
    if (uri.getHost() == null || uri.getPort() < 0) {
      throw new IllegalArgumentException(
          "--flink is \"" + address + "\"; it must be host:port, for example localhost:8081");
    }
    return new RemoteFlink(uri.getHost(), uri.getPort());
  }

  /**
   * Submits the graph that stands in {@code environment} with the jar that has its classes.
   *
   * @param savepoint to go on from, or null
   * @throws IllegalStateException where the cluster does not answer or refuses
   */
  JobID submit(StreamExecutionEnvironment environment, Path jar, String savepoint) {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.ADDRESS, host);
    configuration.set(RestOptions.PORT, port);
    JobGraph graph = environment.getStreamGraph().getJobGraph();
    graph.addJar(new org.apache.flink.core.fs.Path(jar.toUri()));
    if (savepoint != null) {
      graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint, false));
    }
    try (RestClusterClient<StandaloneClusterId> client =
        new RestClusterClient<>(configuration, StandaloneClusterId.getInstance())) {
      return client.submitJob(graph).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw refused(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "Flink at %s:%d did not answer within %d s".formatted(host, port, PATIENCE_SECONDS), e);
    } catch (Exception e) {
      throw refused(e);
    }
  }

  private IllegalStateException refused(Throwable cause) {
    return new IllegalStateException(
        "Flink at %s:%d did not take the job; is its REST interface there?".formatted(host, port),
        cause);
  }
}
