package io.entrain.bench.contest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.entrain.contract.ModelContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A local model server and its client, in the manner of a function that asks Triton: one HTTP call
 * a window. The body is binary, where such functions mostly send JSON, and the connection is kept;
 * both are in its favour.
 */
final class ModelServer implements AutoCloseable {
  static {
    // Else an answer waits for the delayed acknowledgement of its header: 40 ms.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService worker = Executors.newSingleThreadExecutor();
  private final LocalCall model;

  private ModelServer(HttpServer server, LocalCall model) {
    this.server = server;
    this.model = model;
  }

  static ModelServer start(Path model) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ModelServer server = new ModelServer(http, LocalCall.open(model));
    http.createContext("/infer", server::answer);
    http.setExecutor(server.worker);
    http.start();
    return server;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      float[][] inputs = TensorBytes.read(body, model.contract().inputs().values());
      byte[] answer = TensorBytes.write(model.run(inputs));
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** How a function reaches it. */
  WindowCall.Opening client() {
    String address = "http://127.0.0.1:%d/infer".formatted(server.getAddress().getPort());
    ModelContract contract = model.contract();
    return () -> new Client(contract, URI.create(address), HttpClient.newHttpClient());
  }

  @Override
  public void close() {
    server.stop(0);
    worker.shutdown();
    model.close();
  }

  private record Client(ModelContract contract, URI address, HttpClient http)
      implements WindowCall {
    @Override
    public float[][] run(float[][] inputs) {
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .version(HttpClient.Version.HTTP_1_1)
              .POST(HttpRequest.BodyPublishers.ofByteArray(TensorBytes.write(inputs)))
              .build();
      try {
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
          throw new IllegalStateException("the model server answers " + answer.statusCode());
        }
        return TensorBytes.read(answer.body(), contract.results().values());
      } catch (IOException e) {
        throw new IllegalStateException("the model server does not answer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the model server ran", e);
      }
    }

    @Override
    public void close() {}
  }
}
