package io.entrain.wire;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * When one hop was handled, on the wall clock. It travels in the headers of a {@code Decoded}
 * record, as decimal text, because the record itself is a pure function of the input.
 *
 * @param arrivedMillis log time (Kafka record timestamp) of the block that made the pane ready
 * @param publishedMillis when the record was handed to the producer
 * @param inferenceMicros how long the model's call took, shared by the whole batch
 * @param batchSize windows in that call
 */
public record Timing(
    long arrivedMillis, long publishedMillis, long inferenceMicros, int batchSize) {
  public static final String ARRIVED_MILLIS = "arrived_millis";
  public static final String PUBLISHED_MILLIS = "published_millis";
  public static final String INFERENCE_MICROS = "inference_micros";
  public static final String BATCH_SIZE = "batch_size";

  /** Adds the four headers. */
  public void write(Headers headers) {
    add(headers, ARRIVED_MILLIS, arrivedMillis);
    add(headers, PUBLISHED_MILLIS, publishedMillis);
    add(headers, INFERENCE_MICROS, inferenceMicros);
    add(headers, BATCH_SIZE, batchSize);
  }

  /** The timing in {@code headers}, or null where a header is missing or no number. */
  public static Timing read(Headers headers) {
    try {
      return new Timing(
          value(headers, ARRIVED_MILLIS),
          value(headers, PUBLISHED_MILLIS),
          value(headers, INFERENCE_MICROS),
          (int) value(headers, BATCH_SIZE));
    } catch (NumberFormatException notOurs) {
      return null;
    }
  }

  private static void add(Headers headers, String name, long value) {
    headers.add(name, Long.toString(value).getBytes(StandardCharsets.US_ASCII));
  }

  private static long value(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return Long.parseLong(
        header == null || header.value() == null
            ? ""
            : new String(header.value(), StandardCharsets.US_ASCII));
  }
}
