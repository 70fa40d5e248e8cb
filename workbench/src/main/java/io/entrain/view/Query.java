package io.entrain.view;

import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The parameters of a request's address. */
record Query(Map<String, String> values) {
  static Query of(HttpExchange exchange) {
    Map<String, String> values = new HashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    if (query != null) {
      for (String part : query.split("&")) {
        String[] pair = part.split("=", 2);
        values.put(decode(pair[0]), pair.length == 2 ? decode(pair[1]) : "");
      }
    }
    return new Query(values);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** Empty where it is not there. */
  String get(String name) {
    return values.getOrDefault(name, "");
  }
}
