package io.entrain.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Markdown file with a place in it that a command writes: all between two comments. */
public final class Document {
  private static final String BEGIN = "<!-- figures: written by ./entrain bench --document -->";
  private static final String END = "<!-- end of figures -->";

  private Document() {}

  /**
   * Replaces what stands between the comments.
   *
   * @throws IllegalArgumentException where {@code file} lacks one of them
   */
  public static void fill(Path file, String markdown) throws IOException {
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "%s has no place for the figures: it needs the lines \"%s\" and \"%s\""
              .formatted(file, BEGIN, END));
    }
    Files.writeString(
        file,
        text.substring(0, begin + BEGIN.length())
            + "\n\n"
            + markdown.strip()
            + "\n\n"
            + text.substring(end));
  }
}
