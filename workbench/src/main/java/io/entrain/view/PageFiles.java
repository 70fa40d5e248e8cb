package io.entrain.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The files of the page and of the plotting library, from the class path. */
final class PageFiles {
  private static final String LIBRARY = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private static final Map<String, String> LIBRARY_FILES =
      Map.of("/lib/uplot.js", "uPlot.esm.js", "/lib/uplot.css", "uPlot.min.css");

  /** A file and what it is. */
  record PageFile(String type, byte[] content) {}

  private PageFiles() {}

  /** The file of a path, or null where there is none. */
  static PageFile find(String path) {
    String name = path.equals("/") ? "/index.html" : path;
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || !name.matches("(/lib)?/[a-z-]+\\.[a-z]+")) {
      return null;
    }
    String resource =
        LIBRARY_FILES.containsKey(name)
            ? LIBRARY + LIBRARY_FILES.get(name)
            : "/io/entrain/view" + name;
    try (InputStream input = PageFiles.class.getResourceAsStream(resource)) {
      return input == null ? null : new PageFile(type, input.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }
}
