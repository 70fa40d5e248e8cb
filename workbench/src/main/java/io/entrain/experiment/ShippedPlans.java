package io.entrain.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The plans that come with Entrain.
 *
 * @param folder where they are
 */
public record ShippedPlans(Path folder) {
  private static final String ENDING = ".yaml";

  /** Their names, in alphabetical order. */
  public List<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(ENDING))
          .map(name -> name.substring(0, name.length() - ENDING.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          folder + " cannot be read; start from a whole checkout, with ./entrain", e);
    }
  }

  /** For each a line with its name and its question. */
  public List<String> lines() {
    return names().stream()
        .map(name -> "%-18s %s".formatted(name, PlanReader.read(file(name)).question()))
        .toList();
  }

  /**
   * The file of a name or a path.
   *
   * @throws PlanException where there is neither
   */
  public Path file(String plan) {
    if (names().contains(plan)) {
      return folder.resolve(plan + ENDING);
    }
    Path file = Path.of(plan);
    if (!Files.isRegularFile(file)) {
      throw new PlanException("'" + plan + "' is neither a file nor one of the plans " + names());
    }
    return file;
  }
}
