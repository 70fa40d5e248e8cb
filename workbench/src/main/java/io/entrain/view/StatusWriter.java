package io.entrain.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import io.entrain.view.RejectLog.Letter;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.BlockReading;
import io.entrain.wire.v1.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The grid of sessions and the health of the whole, once a second. */
final class StatusWriter {
  /** Of a record that is no text; the rest is behind a link. */
  private static final int SHOWN_BYTES = 256;

  private final String bootstrap;
  private final Gallery gallery;
  private final Supplier<BrokerState> broker;
  private final Supplier<EngineState> engine;

  /** {@code engine} may be null: not known here. */
  StatusWriter(
      String bootstrap,
      Gallery gallery,
      Supplier<BrokerState> broker,
      Supplier<EngineState> engine) {
    this.bootstrap = bootstrap;
    this.gallery = gallery;
    this.broker = broker;
    this.engine = engine;
  }

  /** Sessions, worst first. */
  byte[] grid() {
    List<SessionNow> sessions = gallery.sessions(System.currentTimeMillis());
    return Json.object(
        json -> {
          json.writeArrayFieldStart("sessions");
          for (SessionNow session : sessions) {
            writeSession(json, session);
          }
          json.writeEndArray();
        });
  }

  private void writeSession(JsonGenerator json, SessionNow session) throws IOException {
    json.writeStartObject();
    json.writeStringField("session", session.session());
    boolean lag = session.newest().hasLag();
    Json.number(json, "lag", lag ? session.newest().getLag().getMillis() : Double.NaN);
    Json.number(json, "sd", lag ? session.newest().getLag().getSdMillis() : Double.NaN);
    Json.number(json, "headroom", session.headroom());
    json.writeBooleanField("silent", session.isSilent());
    json.writeArrayFieldStart("missing");
    for (String modality : session.missing()) {
      json.writeString(modality);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("spark");
    SessionTrack track = gallery.track(session.session());
    for (float value : track == null ? new float[0] : track.spark()) {
      Json.number(json, Math.round(value * 10) / 10.0);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  byte[] health() {
    return Json.object(this::writeHealth);
  }

  private void writeHealth(JsonGenerator json) throws IOException {
    BrokerState state = broker.get();
    json.writeNumberField("at", System.currentTimeMillis());
    json.writeObjectFieldStart("broker");
    json.writeStringField("bootstrap", bootstrap);
    json.writeStringField("state", state.word());
    json.writeNumberField("since", state.sinceMillis());
    json.writeEndObject();
    json.writeArrayFieldStart("topics");
    for (String topic : state.topics()) {
      json.writeString(topic);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("models");
    for (Map.Entry<String, String> model : gallery.models().entrySet()) {
      json.writeStringField(model.getKey(), model.getValue());
    }
    json.writeEndObject();
    writeTimes(json, gallery.times);
    writeEngine(json);
    json.writeNumberField("unreadable", gallery.unreadable());
    writeRejects(json);
  }

  private static void writeTimes(JsonGenerator json, HopTimes times) throws IOException {
    json.writeObjectFieldStart("times");
    writePercentiles(json, "job", times.jobMillis);
    writePercentiles(json, "model", times.modelMillis);
    writePercentiles(json, "kafka", times.kafkaMillis);
    writePercentiles(json, "batch", times.batchWindows);
    json.writeEndObject();
  }

  private static void writePercentiles(JsonGenerator json, String name, RecentValues values)
      throws IOException {
    json.writeArrayFieldStart(name);
    Json.number(json, values.at(50));
    Json.number(json, values.at(99));
    json.writeEndArray();
  }

  private void writeEngine(JsonGenerator json) throws IOException {
    EngineState state = engine == null ? null : engine.get();
    json.writeFieldName("engine");
    if (state == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("provider", state.provider());
    json.writeStringField("status", state.status());
    if (state.checkpointAgeMillis().isPresent()) {
      json.writeNumberField("checkpoint_age_millis", state.checkpointAgeMillis().getAsLong());
    }
    json.writeEndObject();
  }

  private void writeRejects(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("rejects");
    for (var count : gallery.rejects.counts().entrySet()) {
      json.writeNumberField(count.getKey().name(), count.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("letters");
    for (Letter letter : gallery.rejects.last()) {
      writeLetter(json, letter);
    }
    json.writeEndArray();
  }

  private static void writeLetter(JsonGenerator json, Letter letter) throws IOException {
    Rejected rejected = letter.rejected();
    json.writeStartObject();
    json.writeNumberField("number", letter.number());
    json.writeStringField("reason", rejected.getReason().name());
    json.writeStringField("detail", rejected.getDetail());
    json.writeStringField("topic", rejected.getTopic());
    json.writeNumberField("partition", rejected.getPartition());
    json.writeNumberField("offset", rejected.getOffset());
    json.writeNumberField("logged", rejected.getTimestampMillis());
    json.writeStringField("key", rejected.getKey().toStringUtf8());
    json.writeNumberField("bytes", rejected.getValue().size());
    json.writeStringField("value", readable(rejected.getValue()));
    json.writeEndObject();
  }

  /** A block in words, JSON as it is, anything else in hexadecimal. */
  private static String readable(ByteString value) {
    byte[] start = value.substring(0, Math.min(SHOWN_BYTES, value.size())).toByteArray();
    if (start.length > 0 && start[0] == '{') {
      return new String(start, StandardCharsets.UTF_8);
    }
    BlockReading reading = new BlockCodec().decode(value.toByteArray());
    return reading.isAccepted()
        ? reading.block().toString()
        : HexFormat.ofDelimiter(" ").formatHex(start);
  }
}
