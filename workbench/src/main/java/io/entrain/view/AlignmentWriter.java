package io.entrain.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.entrain.wire.v1.Alignment;
import java.io.IOException;
import java.util.List;

/** Lag posteriors, each a column of the heat map, and the newest attention, as bytes. */
final class AlignmentWriter {
  /** Attention maps larger than this are not drawn. */
  private static final int MOST_ATTENTION = 1 << 16;

  private AlignmentWriter() {}

  static void write(JsonGenerator json, List<Alignment> alignments) throws IOException {
    if (alignments.isEmpty()) {
      return;
    }
    Alignment last = alignments.get(alignments.size() - 1);
    json.writeObjectFieldStart("alignment");
    json.writeStringField("model", last.getModel());
    json.writeArrayFieldStart("grid");
    for (float millis : last.getGridMillisList()) {
      Json.number(json, millis);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("posteriors");
    for (Alignment alignment : alignments) {
      if (alignment.getModel().equals(last.getModel())
          && alignment.getPosteriorCount() == last.getPosteriorCount()) {
        json.writeStartArray();
        Json.millis(json, alignment.getWindowEndNanos());
        json.writeBinary(roots(alignment.getPosteriorList(), 1));
        json.writeEndArray();
      }
    }
    json.writeEndArray();
    writeAttention(json, last);
    json.writeEndObject();
  }

  private static void writeAttention(JsonGenerator json, Alignment last) throws IOException {
    if (last.getAttentionCount() == 0 || last.getAttentionCount() > MOST_ATTENTION) {
      return;
    }
    float highest = 1e-12f;
    for (float value : last.getAttentionList()) {
      highest = Math.max(highest, value);
    }
    json.writeObjectFieldStart("attention");
    json.writeArrayFieldStart("shape");
    for (int length : last.getAttentionShapeList()) {
      json.writeNumber(length);
    }
    json.writeEndArray();
    json.writeNumberField("highest", highest);
    json.writeFieldName("values");
    json.writeBinary(roots(last.getAttentionList(), highest));
    json.writeEndObject();
  }

  /** Shares of {@code highest} as bytes of their square root, which keeps what is faint visible. */
  private static byte[] roots(List<Float> values, float highest) {
    byte[] bytes = new byte[values.size()];
    for (int i = 0; i < bytes.length; i++) {
      double share = Math.max(0, Math.min(1, values.get(i) / highest));
      bytes[i] = (byte) Math.round(255 * Math.sqrt(share));
    }
    return bytes;
  }
}
