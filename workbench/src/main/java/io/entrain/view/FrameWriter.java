package io.entrain.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.BlockReading;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Alignment;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Truth;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is new of one session as one frame: all that came since the frame before it. */
final class FrameWriter {
  private final BlockCodec codec = new BlockCodec();
  private final Map<String, List<Block>> signals = new LinkedHashMap<>();
  private final Map<String, List<Decoded>> decoded = new LinkedHashMap<>();
  private final List<Truth> truths = new ArrayList<>();
  private final List<Alignment> alignments = new ArrayList<>();
  private long publishedMillis;

  private FrameWriter() {}

  /** The frame of some entries; {@code lost} where others went before they could be sent. */
  static byte[] frame(List<Entry> entries, boolean lost) {
    FrameWriter frame = new FrameWriter();
    entries.forEach(frame::add);
    return Json.object(json -> frame.write(json, lost));
  }

  private void add(Entry entry) {
    try {
      switch (entry.kind()) {
        case SIGNAL -> add(codec.decode(entry.value()));
        case DECODED -> {
          Decoded record = MessageCodec.DECODED.decode(entry.value());
          decoded.computeIfAbsent(record.getModel(), key -> new ArrayList<>()).add(record);
          if (entry.timing() != null) {
            publishedMillis = Math.max(publishedMillis, entry.timing().publishedMillis());
          }
        }
        case TRUTH -> truths.add(MessageCodec.TRUTH.decode(entry.value()));
        case ALIGNMENT -> alignments.add(MessageCodec.ALIGNMENT.decode(entry.value()));
        case REJECTED -> throw new IllegalStateException("dead letters belong to no session");
      }
    } catch (InvalidProtocolBufferException unreadable) {
      // The gallery counts what of the job's own topics cannot be read; there is nothing to draw.
      return;
    }
  }

  /** What cannot be used comes back as a dead letter, which the page shows. */
  private void add(BlockReading reading) {
    if (reading.isAccepted()) {
      Block block = reading.block();
      signals.computeIfAbsent(block.modality(), key -> new ArrayList<>()).add(block);
    }
  }

  private void write(JsonGenerator json, boolean lost) throws IOException {
    json.writeNumberField("at", System.currentTimeMillis());
    json.writeNumberField("published", publishedMillis);
    json.writeBooleanField("lost", lost);
    json.writeObjectFieldStart("signals");
    for (Map.Entry<String, List<Block>> signal : signals.entrySet()) {
      writeSignal(json, signal.getKey(), signal.getValue());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("decoded");
    for (Map.Entry<String, List<Decoded>> model : decoded.entrySet()) {
      writeModel(json, model.getKey(), model.getValue());
    }
    json.writeEndObject();
    writeTruth(json);
    AlignmentWriter.write(json, alignments);
  }

  private static void writeSignal(JsonGenerator json, String modality, List<Block> blocks)
      throws IOException {
    Block last = blocks.get(blocks.size() - 1);
    json.writeObjectFieldStart(modality);
    json.writeStringField("kind", last.events() != null ? "events" : "samples");
    json.writeNumberField("channels", last.events() != null ? 0 : last.samples().channels());
    json.writeArrayFieldStart("blocks");
    for (Block block : blocks) {
      if (block.events() != null) {
        SignalWriter.events(json, block);
      } else {
        SignalWriter.samples(json, block);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeModel(JsonGenerator json, String model, List<Decoded> records)
      throws IOException {
    Decoded last = records.get(records.size() - 1);
    json.writeObjectFieldStart(model);
    json.writeArrayFieldStart("components");
    for (Component component : newestStep(last)) {
      json.writeStartArray();
      json.writeString(component.getName());
      json.writeString(component.getUnit());
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeNumberField("delay_millis", delayMillis(last));
    if (last.hasLag()) {
      json.writeStringField("of", last.getLag().getOf());
      json.writeStringField("relative", last.getLag().getRelativeTo());
    }
    json.writeObjectFieldStart("presence");
    for (var presence : last.getPresenceList()) {
      Json.number(json, presence.getModality(), presence.getShare());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("rows");
    for (Decoded record : records) {
      writeRow(json, record);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /**
   * {@code [end, stretch, warming up, lag, its sd, headroom, mean, sd, mean, sd, ...]}, then the
   * means that are given later, where there are some.
   */
  private static void writeRow(JsonGenerator json, Decoded record) throws IOException {
    json.writeStartArray();
    Json.millis(json, record.getWindowEndNanos());
    json.writeNumber(record.getStretch());
    json.writeNumber(record.getWarmingUp() ? 1 : 0);
    boolean lag = record.hasLag();
    Json.number(json, lag ? record.getLag().getMillis() : Double.NaN);
    Json.number(json, lag ? record.getLag().getSdMillis() : Double.NaN);
    Json.number(json, record.getLag().hasHeadroom() ? record.getLag().getHeadroom() : Double.NaN);
    for (Component component : newestStep(record)) {
      Json.number(json, component.getMean());
      Json.number(json, component.getStandardDeviation());
    }
    int delayMillis = delayMillis(record);
    if (delayMillis > 0) {
      for (Component component : at(record, delayMillis)) {
        Json.number(json, component.getMean());
      }
    }
    json.writeEndArray();
  }

  private static List<Component> newestStep(Decoded record) {
    return at(record, 0);
  }

  private static List<Component> at(Decoded record, int delayMillis) {
    return record.getComponentList().stream()
        .filter(component -> component.getDelayMillis() == delayMillis)
        .toList();
  }

  /** How much later the smoothed value is given; 0 where there is none of the same components. */
  private static int delayMillis(Decoded record) {
    int delayMillis =
        record.getComponentList().stream().mapToInt(Component::getDelayMillis).max().orElse(0);
    return names(record, delayMillis).equals(names(record, 0)) ? delayMillis : 0;
  }

  private static List<String> names(Decoded record, int delayMillis) {
    return at(record, delayMillis).stream().map(Component::getName).toList();
  }

  /** {@code {names, rows: [time, lag, value, ...]}}. */
  private void writeTruth(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("truth");
    json.writeArrayFieldStart("names");
    if (!truths.isEmpty()) {
      for (Component component : truths.get(0).getComponentList()) {
        json.writeString(component.getName());
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
    for (Truth truth : truths) {
      json.writeStartArray();
      Json.millis(json, truth.getTimeNanos());
      Json.number(json, truth.hasLagMillis() ? truth.getLagMillis() : Double.NaN);
      for (Component component : truth.getComponentList()) {
        Json.number(json, component.getMean());
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
