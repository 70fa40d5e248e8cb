package io.entrain.cli;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The browser of the person at this machine. */
final class Browser {
  private Browser() {}

  /** Opens a page in it; whether one was asked to. That there is none is no failure. */
  static boolean open(URI page) {
    Optional<List<String>> opener = opener();
    if (opener.isEmpty()) {
      return false;
    }
    List<String> command = new ArrayList<>(opener.get());
    command.add(page.toString());
    try {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
      return true;
    } catch (IOException none) {
      return false;
    }
  }

  /** The start of a command; empty where no desktop is there to open anything on. */
  private static Optional<List<String>> opener() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (system.contains("mac")) {
      return Optional.of(List.of("open"));
    }
    if (system.contains("windows")) {
      return Optional.of(List.of("rundll32", "url.dll,FileProtocolHandler"));
    }
    boolean desktop = System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
    return desktop ? onPath("xdg-open").map(List::of) : Optional.empty();
  }

  /** A program by its name. */
  static Optional<String> onPath(String... names) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String name : names) {
      for (String folder : path.split(File.pathSeparator)) {
        Path file = Path.of(folder.isEmpty() ? "." : folder, name);
        if (Files.isExecutable(file) && !Files.isDirectory(file)) {
          return Optional.of(file.toString());
        }
      }
    }
    return Optional.empty();
  }
}
