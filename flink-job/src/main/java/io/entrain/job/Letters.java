package io.entrain.job;

import com.google.protobuf.ByteString;
import io.entrain.wire.Format;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns refused records into dead letters, whole, whatever their size: a record may be larger than
 * any record that can be written, because brokers hold their limit against what is compressed.
 */
record Letters(Format format) {
  /**
   * Most bytes of key and value in one letter. In JSON, with a third more for Base64, a letter
   * stays within what Kafka takes by default (1 MiB).
   */
  static final int PART_BYTES = 512 << 10;

  /** Enough for a session id of any script; keys beyond are no session's. */
  private static final int MAX_KEY_BYTES = 1024;

  private static final int MAX_DETAIL_CHARS = 2000;

  /** The letters of a record, mostly one. */
  List<OutputRecord> of(RawRecord raw, Reason reason, String detail) {
    Rejected.Builder message =
        Rejected.newBuilder()
            .setReason(reason)
            .setDetail(shortened(detail))
            .setTopic(raw.topic())
            .setPartition(raw.partition())
            .setOffset(raw.offset())
            .setTimestampMillis(raw.timestampMillis());
    long size = (long) raw.key().length + raw.value().length;
    if (size <= PART_BYTES) {
      return List.of(letter(raw, message, 0, size));
    }
    int parts = (int) ((size + PART_BYTES - 1) / PART_BYTES);
    List<OutputRecord> letters = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      long from = (long) part * PART_BYTES;
      message.setPart(part).setParts(parts);
      letters.add(letter(raw, message, from, Math.min(size, from + PART_BYTES)));
    }
    return letters;
  }

  /** Holds bytes [from, to) of the key followed by the value. */
  private OutputRecord letter(RawRecord raw, Rejected.Builder message, long from, long to) {
    int keyBytes = raw.key().length;
    message.setKey(piece(raw.key(), from, to));
    message.setValue(piece(raw.value(), from - keyBytes, to - keyBytes));
    byte[] key = keyBytes <= MAX_KEY_BYTES ? raw.key() : Arrays.copyOf(raw.key(), MAX_KEY_BYTES);
    byte[] value = MessageCodec.REJECTED.encode(message.build(), format);
    return new OutputRecord(OutputKind.REJECTED, key, value, raw.timestampMillis(), 0, 0);
  }

  private static ByteString piece(byte[] bytes, long from, long to) {
    int start = (int) Math.max(0, Math.min(from, bytes.length));
    return ByteString.copyFrom(bytes, start, (int) Math.max(0, Math.min(to, bytes.length)) - start);
  }

  /** A detail may quote what was sent. */
  private static String shortened(String detail) {
    return detail.length() <= MAX_DETAIL_CHARS
        ? detail
        : detail.substring(0, MAX_DETAIL_CHARS) + " ...";
  }
}
