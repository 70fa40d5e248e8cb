package io.entrain.view;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.entrain.wire.Topics;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Serves the live page of one Kafka.
 *
 * <h2>Guarantees</h2>
 *
 * It only reads from Kafka, and commits nothing. Without a browser it reads no more than the grid
 * needs. After {@link #close()} no thread and no port of it is left.
 */
public final class PageServer implements AutoCloseable {
  /**
   * What is shown.
   *
   * @param bootstrap Kafka brokers, host:port, comma-separated
   * @param topics their names
   * @param kafka further settings of Kafka's consumer, for example of TLS and SASL
   */
  public record Subject(String bootstrap, Topics topics, Map<String, String> kafka) {
    public Subject {
      kafka = Map.copyOf(kafka);
    }

    /** Never prints the settings: they may hold passwords. */
    @Override
    public String toString() {
      return "Subject[" + bootstrap + ", " + topics.prefix() + "]";
    }
  }

  /**
   * What only the process that runs simulator and engine knows.
   *
   * @param controls of the simulator; null without one
   * @param engine null where it is not known
   */
  public record Inside(Controls controls, Supplier<EngineState> engine) {
    /** A page that is attached from outside. */
    public static final Inside NOTHING = new Inside(null, null);
  }

  /** A browser with several pages open; more would only slow each other down. */
  private static final int MOST_STREAMS = 32;

  private static final int MOST_BODY_BYTES = 4096;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Doorkeeper doorkeeper;
  private final Gallery gallery = new Gallery();
  private final TopicReader reader;
  private final StatusWriter status;
  private final Controls controls;
  private final AtomicInteger streams = new AtomicInteger();

  private PageServer(HttpServer server, Subject subject, Doorkeeper doorkeeper, Inside inside) {
    this.server = server;
    this.doorkeeper = doorkeeper;
    this.controls = inside.controls();
    reader = new TopicReader(subject.bootstrap(), subject.topics(), subject.kafka(), gallery);
    status = new StatusWriter(subject.bootstrap(), gallery, reader::state, inside.engine());
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "entrain-view-page");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Refuses what {@link #start} would refuse of an address and a token, a port that is taken aside.
   *
   * @throws IllegalArgumentException where the host is unknown or the token is too short
   */
  public static void check(Address address, String token) {
    Doorkeeper.of(address, token);
  }

  /**
   * Begins to serve and to read; does not wait for the broker.
   *
   * @param token asked of every visitor; empty: none on loopback, a new one elsewhere
   * @throws IllegalArgumentException where the address cannot be had or the token is too short
   */
  public static PageServer start(Address address, String token, Subject subject, Inside inside) {
    Doorkeeper doorkeeper = Doorkeeper.of(address, token);
    // Frames are small, and Nagle's algorithm would hold each back until the last is acknowledged.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      HttpServer server = HttpServer.create(address.socketAddress(), 0);
      return new PageServer(server, subject, doorkeeper, inside);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the page cannot be served at %s:%d (%s): give another address, or port 0 for any"
              .formatted(address.host(), address.port(), e.getMessage()),
          e);
    }
  }

  /** What a person opens, with the token where one is asked for. */
  public URI address() {
    String host = server.getAddress().getAddress().getHostAddress();
    String name = host.contains(":") ? "[" + host + "]" : host;
    return URI.create(
        "http://" + name + ":" + server.getAddress().getPort() + "/" + doorkeeper.query());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply = new Reply(exchange);
      String refusal = doorkeeper.refusal(exchange);
      if (refusal != null) {
        reply.text(403, refusal);
        return;
      }
      doorkeeper.remember(exchange);
      String path = exchange.getRequestURI().getPath();
      switch (exchange.getRequestMethod() + " " + path) {
        case "GET /stream" -> stream(exchange, reply);
        case "GET /status" -> reply.json(200, status.health());
        case "GET /control" -> control(exchange, reply);
        case "POST /control" -> act(exchange, reply);
        case "GET /rejected" -> rejected(exchange, reply);
        default -> reply.file(exchange.getRequestMethod(), path);
      }
    }
  }

  private void stream(HttpExchange exchange, Reply reply) throws IOException {
    if (streams.incrementAndGet() > MOST_STREAMS) {
      streams.decrementAndGet();
      reply.text(503, MOST_STREAMS + " pages are open already, which is the limit; close one");
      return;
    }
    String session = Query.of(exchange).get("session");
    boolean looks = !session.isEmpty();
    try {
      if (looks) {
        gallery.join();
      }
      new PageStream(gallery, status, reply.events(), session).run();
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } finally {
      streams.decrementAndGet();
      if (looks) {
        gallery.leave();
      }
    }
  }

  private void control(HttpExchange exchange, Reply reply) throws IOException {
    if (controls == null) {
      reply.json(200, Json.object(json -> {}));
      return;
    }
    reply.json(200, ControlJson.write(controls, Query.of(exchange).get("session")));
  }

  private void act(HttpExchange exchange, Reply reply) throws IOException {
    String refusal =
        controls == null
            ? "there is no simulator here: ./entrain demo has one"
            : doorkeeper.actionRefusal(exchange);
    if (refusal != null) {
      reply.text(403, refusal);
      return;
    }
    byte[] body = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES);
    try {
      ControlJson.act(controls, body);
      reply.text(200, "done");
    } catch (IllegalArgumentException impossible) {
      reply.text(400, impossible.getMessage());
    }
  }

  private void rejected(HttpExchange exchange, Reply reply) throws IOException {
    String number = Query.of(exchange).get("number");
    var letter =
        number.matches("[0-9]{1,18}")
            ? gallery.rejects.letter(Long.parseLong(number))
            : Optional.<RejectLog.Letter>empty();
    if (letter.isEmpty()) {
      reply.text(404, "dead letter " + number + " is not kept any more");
      return;
    }
    reply.bytes(letter.get().rejected().getValue().toByteArray(), "rejected-" + number + ".bin");
  }

  @Override
  public void close() {
    reader.close();
    threads.shutdownNow();
    server.stop(0);
  }
}
