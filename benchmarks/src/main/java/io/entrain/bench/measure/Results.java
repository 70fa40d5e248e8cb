package io.entrain.bench.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Rows as they come, and what was left out and why. */
public final class Results {
  /**
   * Something that was not measured.
   *
   * @param name as its row would have been called
   * @param reason and what would help
   */
  public record Skip(String name, String reason) {}

  private final List<Row> rows = new ArrayList<>();
  private final List<Skip> skips = new ArrayList<>();
  private final Consumer<String> watcher;

  /**
   * Without anything in it.
   *
   * @param watcher is told of each row and each skip, in one line
   */
  public Results(Consumer<String> watcher) {
    this.watcher = watcher;
  }

  /** Adds a row. */
  public void add(Row row) {
    rows.add(row);
    String ratio = row.ratio() == null ? "" : " (%.3g times)".formatted(row.ratio().median());
    watcher.accept(
        "%s: %.4g %s%s".formatted(row.name(), row.ours().value().median(), row.unit(), ratio));
  }

  /** Says that something was left out. */
  public void skip(String name, String reason) {
    skips.add(new Skip(name, reason));
    watcher.accept(name + " skipped: " + reason);
  }

  public List<Row> rows() {
    return List.copyOf(rows);
  }

  public List<Skip> skips() {
    return List.copyOf(skips);
  }
}
