package io.entrain.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;

/** What goes wrong in a block that is JSON. */
final class JsonMutations {
  private JsonMutations() {}

  private static String json(Draft draft) {
    try {
      return JsonFormat.printer().preservingProtoFieldNames().print(draft.block);
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException(impossible); // only a message with Any fields can fail
    }
  }

  private static void set(Draft draft, String json) {
    draft.value(json.getBytes(StandardCharsets.UTF_8));
  }

  static void print(Draft draft) {
    set(draft, json(draft));
  }

  static void flip(Draft draft) {
    print(draft);
    ByteMutations.flipBits(draft);
  }

  static void truncate(Draft draft) {
    String json = json(draft);
    set(draft, json.substring(0, draft.random.nextInt(1, json.length())));
  }

  static void twice(Draft draft) {
    String json = json(draft);
    set(draft, json + json);
  }

  /** Brackets in brackets in an unknown field, up to a million deep. */
  static void nest(Draft draft) {
    int depth = draft.oneOf(101, 1_000, 10_000, 1_000_000);
    String open = draft.oneOf("[", "{\"a\":");
    String close = open.equals("[") ? "]" : "}";
    int room = Math.min(depth, draft.maxRecordBytes / (open.length() + close.length()) - 100);
    String tail = draft.random.nextBoolean() ? "1" + close.repeat(room) + "}" : "";
    set(draft, "{\"unknown\":" + open.repeat(room) + tail);
  }

  /** Up to the limit of zeros, two bytes each. */
  static void fill(Draft draft) {
    int room = draft.maxRecordBytes / 2 - 1024;
    String field = draft.oneOf("unknown", "events", "session");
    set(draft, "{\"" + field + "\":[" + "0,".repeat(room) + "0]}");
  }

  /** Numbers that are none, or far too long. */
  static void numbers(Draft draft) {
    String number =
        draft.oneOf(
            "1e400",
            "-1e400",
            "NaN",
            "\"NaN\"",
            "1e999999999",
            "1e-999999999",
            "0x10",
            "\"\"",
            "null",
            "true",
            "1".repeat(100_000),
            "9223372036854775808",
            "1.5",
            "[1]",
            "{}");
    String field = draft.oneOf("start_nanos", "end_nanos", "sequence", "session");
    set(draft, json(draft).replaceFirst("(\"" + field + "\": )[^,]*", "$1" + number));
  }
}
