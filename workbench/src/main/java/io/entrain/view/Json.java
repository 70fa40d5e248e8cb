package io.entrain.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** JSON as it is written to the page: on one line, numbers short. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Writes the content of an object. */
  @FunctionalInterface
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private Json() {}

  /** An object as UTF-8. */
  static byte[] object(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing JSON to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** A number with three decimals, or null where there is none. */
  static void number(JsonGenerator json, double value) throws IOException {
    if (Double.isFinite(value)) {
      double rounded = Math.rint(value * 1000) / 1000;
      if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e15) {
        json.writeNumber((long) rounded);
      } else {
        json.writeNumber(rounded);
      }
    } else {
      json.writeNull();
    }
  }

  static void number(JsonGenerator json, String name, double value) throws IOException {
    json.writeFieldName(name);
    number(json, value);
  }

  /** Nanoseconds of event time as milliseconds, which a browser's numbers hold to a microsecond. */
  static void millis(JsonGenerator json, long nanos) throws IOException {
    number(json, nanos / 1e6);
  }
}
