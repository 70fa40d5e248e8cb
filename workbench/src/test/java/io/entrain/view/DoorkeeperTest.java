package io.entrain.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.Topics;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests as they stand on the wire, because a client would mend some of them. */
class DoorkeeperTest {
  private static final String TOKEN = "0123456789abcdef";

  /** A simulator of one session that only remembers. */
  private static final class Simulator implements Controls {
    private ControlSettings now = new ControlSettings(60, true, 0, 0, 0, "");
    private boolean jumped;

    @Override
    public List<String> modalities() {
      return List.of("spikes", "lfp");
    }

    @Override
    public Optional<ControlSettings> settings(String session) {
      return session.equals("one") ? Optional.of(now) : Optional.empty();
    }

    @Override
    public void set(String session, ControlSettings settings) {
      now = settings;
    }

    @Override
    public void jumpClock(String session) {
      jumped = true;
    }
  }

  private final Simulator simulator = new Simulator();

  private PageServer serve(String token) {
    // Nobody needs to answer there: the page says that the broker is away.
    PageServer.Subject subject = new PageServer.Subject("127.0.0.1:1", Topics.DEFAULT, Map.of());
    return PageServer.start(
        Address.LOOPBACK, token, subject, new PageServer.Inside(simulator, null));
  }

  private static String ask(PageServer server, String request, String... headers)
      throws IOException {
    return send(server, request, "", headers);
  }

  private static String send(PageServer server, String request, String body, String... headers)
      throws IOException {
    URI address = server.address();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      StringBuilder text = new StringBuilder(request + " HTTP/1.1\r\nConnection: close\r\n");
      for (String header : headers) {
        text.append(header).append("\r\n");
      }
      text.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
      socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void servesThePageToThisMachineAloneAndForbidsItToLoadFromElsewhere() throws Exception {
    try (PageServer server = serve("")) {
      assertThat(ask(server, "GET /", "Host: 127.0.0.1"))
          .startsWith("HTTP/1.1 200")
          .contains("<title>Entrain, live</title>", "default-src 'self'");
      assertThat(ask(server, "GET /", "Host: evil.example")).startsWith("HTTP/1.1 403");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/lib/uplot.js, 200",
    "/main.js, 200",
    "/../../../../etc/passwd, 404",
    "/Entry.class, 404",
    "/nothing.js, 404"
  })
  void servesItsOwnFilesAndNoOthers(String path, int code) throws Exception {
    try (PageServer server = serve("")) {
      assertThat(ask(server, "GET " + path, "Host: localhost")).startsWith("HTTP/1.1 " + code);
    }
  }

  @Test
  void asksForTheTokenOnceAndKnowsItByTheCookieFromThen() throws Exception {
    try (PageServer server = serve(TOKEN)) {
      assertThat(server.address().getQuery()).isEqualTo("token=" + TOKEN);
      assertThat(ask(server, "GET /", "Host: localhost")).startsWith("HTTP/1.1 403");
      assertThat(ask(server, "GET /?token=" + TOKEN.replace('f', 'e'), "Host: localhost"))
          .startsWith("HTTP/1.1 403");
      assertThat(ask(server, "GET /?token=" + TOKEN, "Host: localhost"))
          .startsWith("HTTP/1.1 200")
          .contains("HttpOnly; SameSite=Strict");
      assertThat(ask(server, "GET /main.js", "Host: localhost", "Cookie: entrain-token=" + TOKEN))
          .startsWith("HTTP/1.1 200");
    }
  }

  private String act(PageServer server, String body, String... more) throws IOException {
    String[] headers = new String[2 + more.length];
    headers[0] = "Host: localhost";
    headers[1] = "Content-Type: application/json";
    System.arraycopy(more, 0, headers, 2, more.length);
    return send(server, "POST /control", body, headers);
  }

  @Test
  void setsWhatThePageAsksForAndLeavesTheRest() throws Exception {
    try (PageServer server = serve("")) {
      assertThat(act(server, "{\"session\": \"one\", \"noise\": 2}")).startsWith("HTTP/1.1 200");
      assertThat(simulator.now).isEqualTo(new ControlSettings(60, true, 0, 2, 0, ""));
      assertThat(act(server, "{\"session\": \"one\", \"jump_clock\": true}"))
          .startsWith("HTTP/1.1 200");
      assertThat(simulator.jumped).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"session\": \"one\", \"lag_millis\": 151} | lag_millis is 151.0, must be -150.0 to 150.0",
        "{\"session\": \"one\", \"lag_millis\": \"x\"} | lag_millis is \"x\", must be a number",
        "{\"session\": \"one\", \"unplugged\": \"eeg\"} | unplugged is 'eeg', must be one of [spikes, lfp]",
        "{\"session\": \"two\"} | session 'two' is not one of the simulator's",
        "[] | an action is a JSON object with a session",
      })
  void refusesWhatCannotBeSetWithWhatValueAndBound(String body, String answer) throws Exception {
    try (PageServer server = serve("")) {
      assertThat(act(server, body)).startsWith("HTTP/1.1 400").contains(answer);
      assertThat(simulator.now).isEqualTo(new ControlSettings(60, true, 0, 0, 0, ""));
    }
  }

  @Test
  void refusesAnActionFromAnotherPage() throws Exception {
    try (PageServer server = serve("")) {
      String body = "{\"session\": \"one\", \"noise\": 2}";
      assertThat(act(server, body, "Origin: http://evil.example")).startsWith("HTTP/1.1 403");
      assertThat(send(server, "POST /control", body, "Host: localhost", "Content-Type: text/plain"))
          .startsWith("HTTP/1.1 403");
      assertThat(act(server, body, "Origin: http://localhost")).startsWith("HTTP/1.1 200");
    }
  }
}
