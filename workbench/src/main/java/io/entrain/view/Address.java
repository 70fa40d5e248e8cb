package io.entrain.view;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where the page is served.
 *
 * @param host name or address of an interface of this machine
 * @param port 0 for any free one
 */
public record Address(String host, int port) {
  /** Loopback, any free port. */
  public static final Address LOOPBACK = new Address("127.0.0.1", 0);

  public Address {
    if (host.isBlank() || port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "address '%s:%d'; give HOST:PORT with a port of 0 to 65535".formatted(host, port));
    }
  }

  /**
   * Reads {@code HOST:PORT}, also with a host in brackets.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    try {
      String host = text.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
      return new Address(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "address '%s'; give HOST:PORT, for example 127.0.0.1:8080".formatted(text), e);
    }
  }

  /** Whether it is reached from this machine alone. */
  boolean isLoopback() {
    return resolved().isLoopbackAddress();
  }

  InetSocketAddress socketAddress() {
    return new InetSocketAddress(resolved(), port);
  }

  private InetAddress resolved() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "host '%s' is unknown; give an address of this machine".formatted(host), e);
    }
  }
}
