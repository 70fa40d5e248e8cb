package io.entrain.view;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * Who may see the page and who may act on it.
 *
 * <h2>Guarantees</h2>
 *
 * An address that others reach is served to holders of the token alone. On loopback no token is
 * needed, but a request must name a loopback host, so that a web page elsewhere cannot reach in by
 * a name that it points here. What changes something must come from the page itself.
 */
final class Doorkeeper {
  /** Long enough that it cannot be tried out. */
  static final int LEAST_TOKEN_CHARS = 16;

  private static final String COOKIE = "entrain-token";
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private final String token;

  private Doorkeeper(String token) {
    this.token = token;
  }

  /**
   * The doorkeeper of an address.
   *
   * @param wanted the token asked for; empty: none on loopback, else one that nobody can guess
   * @throws IllegalArgumentException where the token is too short
   */
  static Doorkeeper of(Address address, String wanted) {
    if (!wanted.isEmpty() && wanted.length() < LEAST_TOKEN_CHARS) {
      throw new IllegalArgumentException(
          "the token has %d characters, must have at least %d"
              .formatted(wanted.length(), LEAST_TOKEN_CHARS));
    }
    if (!wanted.isEmpty() || address.isLoopback()) {
      return new Doorkeeper(wanted);
    }
    byte[] bits = new byte[18];
    new SecureRandom().nextBytes(bits);
    return new Doorkeeper(Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
  }

  /** What the page's address ends with. */
  String query() {
    return token.isEmpty() ? "" : "?token=" + token;
  }

  /** Why the request is refused, or null where it may pass. */
  String refusal(HttpExchange exchange) {
    if (token.isEmpty()) {
      return LOOPBACK_NAMES.contains(hostName(exchange.getRequestHeaders()))
          ? null
          : "open the page by 127.0.0.1 or localhost";
    }
    return isRight(Query.of(exchange).get("token")) || isRight(cookie(exchange))
        ? null
        : "this page needs its token: open the whole address that was printed at start";
  }

  /** Why an action is refused, or null where it may be done. */
  String actionRefusal(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    String type = headers.getFirst("Content-Type");
    if (type == null || !type.startsWith("application/json")) {
      return "an action is JSON: Content-Type is %s, must be application/json".formatted(type);
    }
    String origin = headers.getFirst("Origin");
    return origin == null || origin.equals("http://" + headers.getFirst("Host"))
        ? null
        : "an action must come from the page itself, not from " + origin;
  }

  /** Lets the browser keep the token, so that it need not stand in every address. */
  void remember(HttpExchange exchange) {
    if (!token.isEmpty()) {
      exchange
          .getResponseHeaders()
          .set("Set-Cookie", COOKIE + "=" + token + "; HttpOnly; SameSite=Strict; Path=/");
    }
  }

  private boolean isRight(String given) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }

  private static String hostName(Headers headers) {
    String host = headers.getFirst("Host");
    return host == null ? "" : host.replaceFirst(":[0-9]+$", "");
  }

  private static String cookie(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Cookie");
    if (header != null) {
      for (String part : header.split(";")) {
        String[] pair = part.strip().split("=", 2);
        if (pair.length == 2 && pair[0].equals(COOKIE)) {
          return pair[1];
        }
      }
    }
    return "";
  }
}
