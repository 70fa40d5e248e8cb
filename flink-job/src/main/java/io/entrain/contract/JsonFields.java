package io.entrain.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One JSON object, read field by field: every field is asked for by name and kind, and what nobody
 * asked for is refused at the end. Messages begin with the path, as in {@code modalities[0]}.
 */
final class JsonFields {
  private final String path;
  private final JsonNode node;
  private final Set<String> known = new LinkedHashSet<>();

  private JsonFields(String path, JsonNode node) {
    this.path = path;
    this.node = node;
  }

  /** Reads the object {@code node} with {@code reader}, then refuses fields it did not ask for. */
  static <T> T read(String path, JsonNode node, Function<JsonFields, T> reader) {
    if (!node.isObject()) {
      throw new ContractException(
          "%s is %s, must be a JSON object".formatted(name(path), shortened(node)));
    }
    JsonFields fields = new JsonFields(path, node);
    T read = reader.apply(fields);
    node.fieldNames()
        .forEachRemaining(
            field -> {
              if (!fields.known.contains(field)) {
                throw new ContractException(
                    "%s is not a field of the contract, must be one of %s"
                        .formatted(fields.at(field), fields.known));
              }
            });
    return read;
  }

  /** The field, which must be there; null in JSON is refused too. */
  JsonNode required(String field) {
    JsonNode value = optional(field);
    if (value == null) {
      throw new ContractException("%s is missing".formatted(at(field)));
    }
    return value;
  }

  /** The field, or null where it is missing or null. */
  JsonNode optional(String field) {
    known.add(field);
    JsonNode value = node.get(field);
    return value == null || value.isNull() ? null : value;
  }

  String text(String field) {
    JsonNode value = required(field);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw wrong(at(field), value, "must be a text that is not empty");
    }
    return value.textValue();
  }

  /** The text in the field, or null where it is missing or null. */
  String textOrNull(String field) {
    return optional(field) == null ? null : text(field);
  }

  int whole(String field, int minimum, int maximum) {
    return whole(at(field), required(field), minimum, maximum);
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode value : list(field)) {
      if (!value.isTextual() || value.textValue().isBlank()) {
        throw wrong(at(field), value, "must hold texts that are not empty");
      }
      texts.add(value.textValue());
    }
    return texts;
  }

  List<Integer> wholes(String field, int minimum, int maximum) {
    List<Integer> wholes = new ArrayList<>();
    for (JsonNode value : list(field)) {
      wholes.add(whole(at(field), value, minimum, maximum));
    }
    return wholes;
  }

  float[] floats(String field) {
    List<JsonNode> values = list(field);
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
      if (!values.get(i).isNumber() || !Float.isFinite(floats[i])) {
        throw wrong(at(field) + "[" + i + "]", values.get(i), "must be a finite float32 number");
      }
    }
    return floats;
  }

  <T> List<T> objects(String field, Function<JsonFields, T> reader) {
    List<T> objects = new ArrayList<>();
    for (JsonNode value : list(field)) {
      objects.add(read(at(field) + "[" + objects.size() + "]", value, reader));
    }
    return objects;
  }

  /** The object in the field, or null where it is missing or null. */
  <T> T objectOrNull(String field, Function<JsonFields, T> reader) {
    JsonNode value = optional(field);
    return value == null ? null : read(at(field), value, reader);
  }

  String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  ContractException wrong(String what, Object value, String bound) {
    return new ContractException(
        "%s is %s, %s"
            .formatted(
                name(what), value instanceof JsonNode json ? shortened(json) : value, bound));
  }

  private List<JsonNode> list(String field) {
    JsonNode value = required(field);
    if (!value.isArray()) {
      throw wrong(at(field), value, "must be a list");
    }
    List<JsonNode> values = new ArrayList<>();
    value.forEach(values::add);
    return values;
  }

  private int whole(String where, JsonNode value, int minimum, int maximum) {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < minimum
        || value.intValue() > maximum) {
      throw wrong(where, value, "must be a whole number from %d to %d".formatted(minimum, maximum));
    }
    return value.intValue();
  }

  private static String name(String path) {
    return path.isEmpty() ? "the contract" : path;
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
