package io.entrain.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Row.Side;
import io.entrain.bench.measure.Spread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Rows as a JSON list of objects: {@code name}, {@code unit}, {@code ours}, {@code against}, {@code
 * ratio} (medians), their {@code …_min} and {@code …_max}, {@code …_cpu_micros} of a piece of work,
 * who {@code against} is, {@code limit} and whether it was reached. What is not there is null.
 */
public final class RowsJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RowsJson() {}

  /** Writes them to {@code file}. */
  public static void write(List<Row> rows, Path file) throws IOException {
    MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), toJson(rows));
  }

  static ArrayNode toJson(List<Row> rows) {
    ArrayNode list = MAPPER.createArrayNode();
    rows.forEach(row -> list.add(toJson(row)));
    return list;
  }

  private static ObjectNode toJson(Row row) {
    ObjectNode json = MAPPER.createObjectNode().put("name", row.name());
    put(json, "ours", row.ours());
    put(json, "against", row.against());
    put(json, "ratio", row.ratio());
    json.put("unit", row.unit());
    json.put("limit", row.limit() == null ? null : row.limit().bound());
    json.put("limit_of", row.limit() == null ? null : limitOf(row));
    json.put("reached", row.reached());
    return json.put("note", row.note());
  }

  private static String limitOf(Row row) {
    return row.limit().of().name().toLowerCase(java.util.Locale.ROOT)
        + (row.limit().atLeast() ? " at least" : " at most");
  }

  private static void put(ObjectNode json, String name, Side side) {
    put(json, name, side == null ? null : side.value());
    json.put(name + "_name", side == null ? null : side.name());
    boolean measured = side != null && side.cpuMicros() != null;
    json.put(name + "_cpu_micros", measured ? side.cpuMicros().median() : null);
  }

  private static void put(ObjectNode json, String name, Spread spread) {
    json.put(name, spread == null ? null : spread.median());
    json.put(name + "_min", spread == null ? null : spread.min());
    json.put(name + "_max", spread == null ? null : spread.max());
  }
}
