package io.entrain.view;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Answers one request. What is sent may load nothing from anywhere but the page's own address. */
final class Reply {
  private final HttpExchange exchange;

  Reply(HttpExchange exchange) {
    this.exchange = exchange;
    Headers headers = exchange.getResponseHeaders();
    headers.set(
        "Content-Security-Policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cache-Control", "no-store");
  }

  void text(int code, String line) throws IOException {
    whole(code, "text/plain; charset=utf-8", (line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  void json(int code, byte[] json) throws IOException {
    whole(code, "application/json", json);
  }

  void bytes(byte[] content, String name) throws IOException {
    exchange
        .getResponseHeaders()
        .set("Content-Disposition", "attachment; filename=\"" + name + "\"");
    whole(200, "application/octet-stream", content);
  }

  void file(String method, String path) throws IOException {
    PageFiles.PageFile file = method.equals("GET") ? PageFiles.find(path) : null;
    if (file == null) {
      text(404, "there is no " + path);
    } else {
      whole(200, file.type(), file.content());
    }
  }

  /** The body of an answer that goes on until the browser leaves. */
  OutputStream events() throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  private void whole(int code, String type, byte[] content) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(code, content.length == 0 ? -1 : content.length);
    if (content.length > 0) {
      exchange.getResponseBody().write(content);
    }
  }
}
