package io.entrain.cli;

import io.entrain.view.PageServer;
import io.entrain.wire.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code view}: the live page of any Kafka, until it is interrupted. */
@Command(
    name = "view",
    description = {
      "Show what a running job publishes, live, in a browser: streams, decoded output, alignment,",
      "health, and all sessions side by side. It only reads, and commits nothing. A broker or a job",
      "that is not there yet is waited for."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./entrain view --bootstrap localhost:9092",
      "  ./entrain view --bootstrap localhost:9092 --listen 127.0.0.1:8080 --no-open",
      "  ./entrain view --bootstrap kafka:9092 --listen 0.0.0.0:8080     for others, with a token",
      "  ./entrain view --page http://127.0.0.1:8080/ --screenshot page.png",
      "  ./entrain view --page http://127.0.0.1:8080/ --screenshot page.gif --seconds 8"
    })
final class View implements Callable<Integer> {
  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9092",
      description = "Kafka brokers (default: ${DEFAULT-VALUE})")
  String bootstrap;

  @Option(
      names = "--topic-prefix",
      paramLabel = "NAME",
      defaultValue = "entrain",
      description = "Topics are NAME.decoded and so on (default: ${DEFAULT-VALUE})")
  String topicPrefix;

  @Option(
      names = "--kafka",
      paramLabel = "KEY=VALUE",
      description = "Further settings of Kafka's consumer, such as security.protocol=SSL")
  Map<String, String> kafka = new LinkedHashMap<>();

  @Option(
      names = "--screenshot",
      paramLabel = "FILE",
      description =
          "Write a picture of the page (PNG; GIF with --seconds) with the Chromium of this machine and end")
  Path screenshot;

  @Option(
      names = "--page",
      paramLabel = "URL",
      description = "With --screenshot: a page that is served already, such as the demo's")
  URI served;

  @Mixin ScreenshotOption picture;
  @Mixin PageOption page;
  @Mixin LogOption log;
  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    page.check();
    if (served != null && screenshot == null) {
      throw new IllegalArgumentException("--page is of use with --screenshot alone");
    }
    if (served != null) {
      shoot(served);
      return 0;
    }
    // The page says that the broker is away; the client would say it several times a second.
    Configurator.setLevel("org.apache.kafka.clients", Level.ERROR);
    PageServer.Subject subject = new PageServer.Subject(bootstrap, new Topics(topicPrefix), kafka);
    try (Interruption interruption = Interruption.watch();
        PageServer server = page.serve(subject, PageServer.Inside.NOTHING)) {
      if (screenshot != null) {
        shoot(server.address());
        return 0;
      }
      say("Live page of " + bootstrap + ": " + server.address());
      page.open(server);
      interruption.await();
    }
    return 0;
  }

  private void shoot(URI address) throws IOException {
    picture.shoot(address, screenshot);
    say("Picture in " + screenshot);
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
