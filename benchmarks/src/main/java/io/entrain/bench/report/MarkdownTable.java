package io.entrain.bench.report;

import io.entrain.bench.measure.Results.Skip;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Row.Side;
import io.entrain.bench.measure.Spread;
import java.util.List;

/** Rows as a Markdown table: medians with the range of the runs. */
public final class MarkdownTable {
  private MarkdownTable() {}

  /** The table, then what was left out. */
  public static String of(List<Row> rows, List<Skip> skips) {
    StringBuilder text = new StringBuilder();
    if (!rows.isEmpty()) {
      text.append("| measure | ours | against | ratio | CPU ratio | asked |\n");
      text.append("| --- | --- | --- | --- | --- | --- |\n");
      rows.forEach(row -> text.append(line(row)));
    }
    for (Row row : rows) {
      if (!row.note().isEmpty()) {
        text.append("\n- `").append(row.name()).append("`: ").append(row.note());
      }
    }
    for (Skip skip : skips) {
      text.append("\n- `").append(skip.name()).append("` skipped: ").append(skip.reason());
    }
    return text.append('\n').toString();
  }

  private static String line(Row row) {
    return "| %s | %s %s | %s | %s | %s | %s |\n"
        .formatted(
            row.name(),
            Figure.of(row.ours().value()),
            row.unit(),
            row.against() == null
                ? ""
                : "%s: %s".formatted(row.against().name(), Figure.of(row.against().value())),
            row.ratio() == null ? "" : Figure.of(row.ratio()),
            cpuRatio(row),
            Figure.of(row.limit(), row));
  }

  /** How many times the work ours does in a second of CPU. */
  private static String cpuRatio(Row row) {
    Spread ours = row.ours().cpuMicros();
    Side against = row.against();
    if (ours == null || against == null || against.cpuMicros() == null) {
      return "";
    }
    return Figure.of(against.cpuMicros().median() / ours.median());
  }
}
