package io.entrain.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** From one picture of a film to the next: it is seen to move, and is small enough to be sent. */
  private static final Duration STEP = Duration.ofMillis(250);

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
        Files.write(file, chromium.picture(1));
      } else {
        film(chromium, file);
      }
    }
  }

  /** A picture of a film, and when it was taken. */
  private record Frame(byte[] png, long nanos) {}

  /** Runs as fast as it was: a machine that is busy takes fewer pictures, each of which stays. */
  private void film(Chromium chromium, Path file) throws IOException {
    List<Frame> frames = new ArrayList<>();
    long endNanos = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    for (long now = System.nanoTime(); now < endNanos; now = System.nanoTime()) {
      frames.add(new Frame(chromium.picture(SCALE), now));
      long restNanos = now + STEP.toNanos() - System.nanoTime();
      chromium.pause(Duration.ofNanos(Math.max(1_000_000, restNanos)));
    }
    // Only now: making the file would take the time that the page needs to move.
    try (Animation film = new Animation(file)) {
      for (int i = 0; i < frames.size(); i++) {
        long next = i + 1 < frames.size() ? frames.get(i + 1).nanos() : endNanos;
        film.add(frames.get(i).png(), Duration.ofNanos(next - frames.get(i).nanos()));
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
