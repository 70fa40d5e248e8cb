package io.entrain.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.embedded.ScratchFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A headless Chromium of this machine that shows one page, to take pictures of it by the DevTools
 * protocol: its own {@code --screenshot} takes them before a live page has filled.
 */
final class Chromium implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Process process;
  private final ScratchFolder profile;
  private final int width;
  private final int height;
  private WebSocket socket;

  private Chromium(Process process, ScratchFolder profile, int width, int height) {
    this.process = process;
    this.profile = profile;
    this.width = width;
    this.height = height;
  }

  /**
   * Opens a page in a window of the given size.
   *
   * @throws IllegalStateException where there is no Chromium on the PATH, or it does not start
   */
  static Chromium open(URI page, int width, int height) throws IOException {
    String program =
        Browser.onPath("chromium", "chromium-browser", "google-chrome")
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "no Chromium is on the PATH (Debian: apt install chromium)"));
    ScratchFolder profile = ScratchFolder.create("chromium");
    List<String> command = new ArrayList<>(List.of(program, "--headless", "--disable-gpu"));
    command.addAll(List.of("--no-first-run", "--disable-background-networking", "--disable-sync"));
    command.addAll(List.of("--disable-component-update", "--hide-scrollbars"));
    // The sandbox refuses to work for root; the one page that is shown is our own.
    command.add("--no-sandbox");
    command.add("--remote-debugging-port=0");
    command.add("--user-data-dir=" + profile.path());
    command.add("--window-size=" + width + "," + height);
    command.add(page.toString());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Chromium chromium = new Chromium(process, profile, width, height);
    try {
      chromium.connect();
      chromium.resize();
      return chromium;
    } catch (IOException | RuntimeException e) {
      chromium.close();
      throw e;
    }
  }

  private void connect() throws IOException {
    HttpClient http = HttpClient.newHttpClient();
    Path portFile = profile.path().resolve("DevToolsActivePort");
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (socket == null) {
      if (System.nanoTime() > until || !process.isAlive()) {
        throw new IllegalStateException("Chromium did not start");
      }
      pause(Duration.ofMillis(100));
      if (Files.exists(portFile) && !Files.readAllLines(portFile).isEmpty()) {
        URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(portFile).get(0) + "/json");
        String targets =
            await(http.sendAsync(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString()))
                .body();
        for (JsonNode target : MAPPER.readTree(targets)) {
          if (target.path("type").asText().equals("page")) {
            URI address = URI.create(target.path("webSocketDebuggerUrl").asText());
            socket = await(http.newWebSocketBuilder().buildAsync(address, answers));
          }
        }
      }
    }
  }

  private final Answers answers = new Answers();

  /** Collects the parts of each answer. */
  private static final class Answers implements WebSocket.Listener {
    private final StringBuilder parts = new StringBuilder();
    private CompletableFuture<String> wanted = new CompletableFuture<>();

    @Override
    public synchronized CompletionStage<?> onText(
        WebSocket socket, CharSequence part, boolean last) {
      parts.append(part);
      if (last) {
        wanted.complete(parts.toString());
        parts.setLength(0);
      }
      socket.request(1);
      return null;
    }

    synchronized CompletableFuture<String> next() {
      wanted = new CompletableFuture<>();
      return wanted;
    }
  }

  /** Gives the page its size: a window has borders, and is never narrower than it likes. */
  private void resize() throws IOException {
    ObjectNode size = MAPPER.createObjectNode();
    size.put("width", width).put("height", height);
    call(
        "Emulation.setDeviceMetricsOverride",
        size.put("deviceScaleFactor", 1).put("mobile", false));
  }

  /** The page as it is now, as PNG, {@code scale} times its size. */
  byte[] picture(double scale) throws IOException {
    ObjectNode form = MAPPER.createObjectNode().put("format", "png").put("optimizeForSpeed", true);
    form.putObject("clip")
        .put("x", 0)
        .put("y", 0)
        .put("width", width)
        .put("height", height)
        .put("scale", scale);
    String data = call("Page.captureScreenshot", form).path("data").asText();
    if (data.isEmpty()) {
      throw new IllegalStateException("Chromium made no picture of the page");
    }
    return Base64.getDecoder().decode(data);
  }

  private JsonNode call(String method, ObjectNode params) throws IOException {
    ObjectNode call = MAPPER.createObjectNode();
    call.put("id", 1).put("method", method).set("params", params);
    CompletableFuture<String> answer = answers.next();
    await(socket.sendText(call.toString(), true));
    return MAPPER.readTree(await(answer)).path("result");
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Chromium did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Chromium was asked", e);
    }
  }

  /** Lets the page go on for a while. */
  void pause(Duration duration) {
    try {
      if (process.waitFor(duration.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("Chromium ended with code " + process.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Chromium ran", e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
    profile.close();
  }
}
