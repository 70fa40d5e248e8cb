package io.entrain.cli;

import io.entrain.view.Address;
import io.entrain.view.PageServer;
import picocli.CommandLine.Option;

/** Where the live page is served. */
final class PageOption {
  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:0",
      description =
          "Serve the live page here; port 0 is any free one. Others than this machine need a token"
              + " (default: ${DEFAULT-VALUE})")
  String listen;

  @Option(
      names = "--token",
      paramLabel = "TEXT",
      defaultValue = "",
      description =
          "What a visitor of the page must give, 16 characters or more (default: none on loopback,"
              + " elsewhere a new one, which is printed)")
  String token;

  @Option(names = "--no-open", description = "Print the page's address, open no browser")
  boolean noOpen;

  /** Refuses what cannot be served before anything else starts. */
  void check() {
    PageServer.check(Address.parse(listen), token);
  }

  PageServer serve(PageServer.Subject subject, PageServer.Inside inside) {
    return PageServer.start(Address.parse(listen), token, subject, inside);
  }

  /** Opens the page in the browser of a person who is watching. */
  void open(PageServer server) {
    if (!noOpen && Installation.onTerminal()) {
      Browser.open(server.address());
    }
  }
}
