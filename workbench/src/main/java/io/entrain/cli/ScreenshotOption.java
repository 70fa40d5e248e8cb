package io.entrain.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How a picture of the page is taken, and taking it. */
final class ScreenshotOption {
  @Option(
      names = "--after-seconds",
      paramLabel = "N",
      defaultValue = "12",
      description = "How long the page fills before the picture (default: ${DEFAULT-VALUE})")
  int afterSeconds;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      defaultValue = "1400x1000",
      description = "Of the picture, in pixels (default: ${DEFAULT-VALUE})")
  String size;

  @Option(names = "--dark", description = "The dark page instead of the light one")
  boolean dark;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "A film of so many seconds (an animated GIF, half the size) instead of one picture")
  int seconds;

  /** Pictures a second of a film: enough to see it move, few enough to be sent. */
  private static final int RATE = 4;

  private static final double SCALE = .5;

  /**
   * Takes the picture, or the film.
   *
   * @throws IllegalStateException where there is no Chromium, or it fails
   */
  void shoot(URI page, Path file) throws IOException {
    if (!size.matches("[1-9][0-9]{1,4}x[1-9][0-9]{1,4}")) {
      throw new IllegalArgumentException(
          "--size is '%s'; give WIDTHxHEIGHT in pixels, such as 1400x1000".formatted(size));
    }
    int cross = size.indexOf('x');
    int width = Integer.parseInt(size.substring(0, cross));
    int height = Integer.parseInt(size.substring(cross + 1));
    try (Chromium chromium = Chromium.open(themed(page), width, height)) {
      chromium.pause(Duration.ofSeconds(afterSeconds));
      if (seconds == 0) {
        Files.write(file, chromium.picture());
      } else {
        film(chromium, file);
      }
    }
  }

  private void film(Chromium chromium, Path file) throws IOException {
    Duration step = Duration.ofMillis(1000 / RATE);
    try (Animation film = new Animation(file, SCALE)) {
      for (int frame = 0; frame < seconds * RATE; frame++) {
        long nextNanos = System.nanoTime() + step.toNanos();
        film.add(chromium.picture(), step);
        chromium.pause(Duration.ofNanos(Math.max(1_000_000, nextNanos - System.nanoTime())));
      }
    }
  }

  private URI themed(URI page) {
    String address = page.toString();
    int hash = address.indexOf('#');
    String anchor = hash < 0 ? "" : address.substring(hash);
    String rest = hash < 0 ? address : address.substring(0, hash);
    String theme = (rest.contains("?") ? "&" : "?") + "theme=" + (dark ? "dark" : "light");
    return URI.create(rest + theme + anchor);
  }
}
