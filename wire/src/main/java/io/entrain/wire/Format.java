package io.entrain.wire;

/** How a record's value is written. Reading tells the two apart by the first byte: JSON is '{'. */
public enum Format {
  /** Binary Protobuf: the default, small and fast. */
  PROTOBUF,
  /** JSON of the same schema, field names as in the .proto file: for people who read along. */
  JSON;

  /** True where the value is JSON: no Protobuf message of this project can start with '{'. */
  static boolean isJson(byte[] value) {
    return value.length > 0 && value[0] == '{';
  }
}
