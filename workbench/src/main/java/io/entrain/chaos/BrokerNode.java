package io.entrain.chaos;

import io.entrain.embedded.Ports;
import io.entrain.wire.Broker;
import io.entrain.wire.BrokerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The broker as a process that can be killed and started again over its data. It has a listener for
 * simulators and checker and another for the job, which may be advertised under the port of a
 * proxy.
 */
final class BrokerNode implements AutoCloseable {
  private static final long START_SECONDS = 300;

  private final Site site;
  private final List<String> arguments;
  private final String bootstrap;
  private final String jobBootstrap;
  private JavaProcess process;

  /**
   * A broker that is not started yet.
   *
   * @param ports for clients, for the job, for its controller
   * @param advertisedPort under which the job finds it
   */
  BrokerNode(Site site, int[] ports, int advertisedPort) {
    this.site = site;
    this.jobBootstrap = Ports.HOST + ":" + advertisedPort;
    this.bootstrap = Ports.HOST + ":" + ports[0];
    arguments =
        new ArrayList<>(List.of("broker", "--data", site.folder("kafka").toString(), "--port"));
    arguments.add(Integer.toString(ports[0]));
    String listener = "://" + Ports.HOST + ":";
    Map<String, String> settings =
        Map.of(
            "listeners",
            "CLIENTS"
                + listener
                + ports[0]
                + ",JOB"
                + listener
                + ports[1]
                + ",CONTROLLER"
                + listener
                + ports[2],
            "advertised.listeners",
            "CLIENTS" + listener + ports[0] + ",JOB" + listener + advertisedPort,
            "listener.security.protocol.map",
            "CLIENTS:PLAINTEXT,JOB:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.voters",
            "1@" + Ports.HOST + ":" + ports[2],
            // A broker that was killed is not waited for: the one that follows takes its place.
            "broker.session.timeout.ms",
            "2000",
            "broker.heartbeat.interval.ms",
            "500");
    settings.forEach((key, value) -> arguments.addAll(List.of("--setting", key + "=" + value)));
  }

  /** Starts the process; it answers some seconds later. */
  void launch() {
    process = site.entrain("broker", "256m", arguments);
  }

  /** Waits until it answers. */
  void awaitAnswer() {
    Broker broker = new Broker(bootstrap, Map.of(), Duration.ofSeconds(2));
    Waiting.until("the broker answers", START_SECONDS, () -> answers(broker));
  }

  private boolean answers(Broker broker) {
    process.demandAlive();
    try {
      broker.check();
      return true;
    } catch (BrokerException notYet) {
      return false;
    }
  }

  /** SIGKILL. */
  void kill() {
    process.kill();
  }

  /** Address for simulators and checker. */
  String bootstrap() {
    return bootstrap;
  }

  /** Address that the job is given. */
  String jobBootstrap() {
    return jobBootstrap;
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
