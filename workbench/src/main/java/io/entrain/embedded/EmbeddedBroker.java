package io.entrain.embedded;

import io.entrain.wire.Broker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker (KRaft, one node) inside this JVM.
 *
 * <h2>Guarantees</h2>
 *
 * It listens on loopback alone, keeps its data in a scratch folder unless it is given one to keep,
 * and after {@link #close()} no thread, port or scratch file of it is left. Transactions work.
 * Records are kept whatever their timestamp: nothing expires and no timestamp is too far from now,
 * so that a session can be sent faster than it happened.
 *
 * <h2>Assumptions</h2>
 *
 * A port that was free a moment ago stays free until the broker binds it.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final int NODE = 1;
  private static final String CLIENTS = "CLIENTS";

  /** Kafka writes it into a folder that it has formatted. */
  private static final String FORMATTED = "meta.properties";

  private final KafkaRaftServer server;
  private final Runnable cleanUp;
  private final String bootstrapServers;

  private EmbeddedBroker(KafkaRaftServer server, Runnable cleanUp, int port) {
    this.server = server;
    this.cleanUp = cleanUp;
    this.bootstrapServers = Ports.HOST + ":" + port;
  }

  /** Starts a broker on any free port and waits until it answers. */
  public static EmbeddedBroker start() {
    return start(0);
  }

  /**
   * Starts a broker on the given port (0: any free one) and waits until it answers.
   *
   * @throws IllegalArgumentException where the port is taken
   */
  public static EmbeddedBroker start(int port) {
    return start(port, "PLAINTEXT", Map.of());
  }

  /**
   * The same for a broker that demands more of its clients.
   *
   * @param protocol security protocol of the clients' listener, for example {@code SASL_SSL}
   * @param settings further settings of the broker, such as its key store
   */
  public static EmbeddedBroker start(int port, String protocol, Map<String, String> settings) {
    ScratchFolder folder = ScratchFolder.create("broker");
    return start(port, protocol, settings, folder.path(), folder::close);
  }

  /**
   * The same over a folder that is kept: where a broker left its data there, by an orderly end or
   * not, this one goes on from it.
   *
   * @param data folder of the data, made where it is missing
   */
  public static EmbeddedBroker start(int port, Path data, Map<String, String> settings) {
    return start(port, "PLAINTEXT", settings, data, () -> {});
  }

  private static EmbeddedBroker start(
      int port, String protocol, Map<String, String> settings, Path data, Runnable cleanUp) {
    try {
      int[] ports = freePorts(port);
      Properties properties = properties(ports[0], ports[1], protocol, data);
      properties.putAll(settings);
      if (!Files.exists(data.resolve(FORMATTED))) {
        Files.createDirectories(data);
        format(properties);
      }
      KafkaRaftServer server =
          new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
      server.startup();
      return new EmbeddedBroker(server, cleanUp, ports[0]);
    } catch (IllegalArgumentException taken) {
      cleanUp.run();
      throw taken;
    } catch (Exception e) {
      cleanUp.run();
      throw new IllegalStateException("The embedded broker did not start on port " + port, e);
    }
  }

  /** What a client puts into {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Creates topics of {@code partitions} partitions each; waits until they exist. */
  public void createTopics(Collection<String> names, int partitions) {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      List<NewTopic> topics =
          names.stream().map(name -> new NewTopic(name, partitions, (short) 1)).toList();
      admin.createTopics(topics).all().get();
      new Broker(bootstrapServers).awaitTopics(names);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "Topics " + names + " could not be created: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while creating topics " + names, e);
    }
  }

  /** Waits until the broker is shut down, by {@link #close()} from another thread. */
  public void awaitShutdown() {
    server.awaitShutdown();
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    cleanUp.run();
  }

  private static Properties properties(int port, int controllerPort, String protocol, Path data) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "process.roles",
            "broker,controller",
            "node.id",
            Integer.toString(NODE),
            "controller.quorum.voters",
            NODE + "@" + Ports.HOST + ":" + controllerPort,
            "listeners",
            CLIENTS
                + "://"
                + Ports.HOST
                + ":"
                + port
                + ",CONTROLLER://"
                + Ports.HOST
                + ":"
                + controllerPort,
            "controller.listener.names",
            "CONTROLLER",
            "listener.security.protocol.map",
            CLIENTS + ":" + protocol + ",CONTROLLER:PLAINTEXT",
            // The broker is a client of itself where it ends transactions.
            "inter.broker.listener.name",
            CLIENTS,
            "log.dirs",
            data.toString()));
    // One node: internal topics cannot have the default three copies.
    properties.putAll(
        Map.of(
            "offsets.topic.replication.factor", "1",
            "offsets.topic.num.partitions", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "transaction.state.log.num.partitions", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1",
            // Nobody else is about to join a group: do not wait for them.
            "group.initial.rebalance.delay.ms", "0"));
    properties.putAll(
        Map.of(
            "log.retention.ms", "-1",
            "log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE),
            // The default takes 128 MB of heap.
            "log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20),
            "num.network.threads", "2",
            "num.io.threads", "2",
            "background.threads", "2"));
    return properties;
  }

  private static void format(Properties properties) throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(NODE)
        .setClusterId(Uuid.randomUuid().toString())
        .setDirectories(List.of(properties.getProperty("log.dirs")))
        .setMetadataLogDirectory(properties.getProperty("log.dirs"))
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
        .run();
  }

  /** The wanted port (0: a free one) and a second, free one for the controller. */
  private static int[] freePorts(int wanted) {
    try (ServerSocket broker = bind(wanted);
        ServerSocket controller = bind(0)) {
      return new int[] {broker.getLocalPort(), controller.getLocalPort()};
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ServerSocket bind(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw new IllegalArgumentException(
          "port " + port + " is taken: choose another, or 0 for any free one", e);
    }
  }
}
