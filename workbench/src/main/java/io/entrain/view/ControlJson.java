package io.entrain.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;

/** Settings of the simulator as the page reads and writes them. */
final class ControlJson {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ControlJson() {}

  /**
   * Does what the page asks: a leap of the clock, or new settings, of which any may be left out.
   *
   * @throws IllegalArgumentException where it cannot be done; says what, value and bound
   */
  static void act(Controls controls, byte[] body) {
    JsonNode wish = read(body);
    // Two pages that each move one knob must not undo each other.
    synchronized (controls) {
      act(controls, wish, wish.path("session").asText(""));
    }
  }

  private static void act(Controls controls, JsonNode wish, String session) {
    ControlSettings now =
        controls
            .settings(session)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "session '" + session + "' is not one of the simulator's"));
    if (wish.path("jump_clock").asBoolean()) {
      controls.jumpClock(session);
      return;
    }
    String unplugged = wish.path("unplugged").asText(now.unplugged());
    List<String> known = controls.modalities();
    if (!unplugged.isEmpty() && !known.contains(unplugged)) {
      throw new IllegalArgumentException(
          "unplugged is '%s', must be one of %s or empty".formatted(unplugged, known));
    }
    controls.set(
        session,
        new ControlSettings(
            number(wish, "lag_millis", now.lagMillis()),
            wish.path("wanders").asBoolean(now.wanders()),
            number(wish, "jitter_millis", now.jitterMillis()),
            number(wish, "noise", now.noise()),
            number(wish, "gaps_per_minute", now.gapsPerMinute()),
            unplugged));
  }

  private static JsonNode read(byte[] body) {
    try {
      JsonNode wish = MAPPER.readTree(body);
      if (wish == null || !wish.isObject()) {
        throw new IllegalArgumentException("an action is a JSON object with a session");
      }
      return wish;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("an action is JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("an action is JSON: " + e.getMessage(), e);
    }
  }

  private static double number(JsonNode wish, String name, double otherwise) {
    JsonNode value = wish.path(name);
    if (!value.isMissingNode() && !value.isNumber()) {
      throw new IllegalArgumentException(name + " is " + value + ", must be a number");
    }
    return value.asDouble(otherwise);
  }

  static byte[] write(Controls controls, String session) {
    return Json.object(
        json -> {
          json.writeArrayFieldStart("modalities");
          for (String modality : controls.modalities()) {
            json.writeString(modality);
          }
          json.writeEndArray();
          var settings = controls.settings(session);
          if (settings.isPresent()) {
            writeSettings(json, settings.get());
          }
        });
  }

  private static void writeSettings(JsonGenerator json, ControlSettings now) throws IOException {
    json.writeObjectFieldStart("settings");
    Json.number(json, "lag_millis", now.lagMillis());
    json.writeBooleanField("wanders", now.wanders());
    Json.number(json, "jitter_millis", now.jitterMillis());
    Json.number(json, "noise", now.noise());
    Json.number(json, "gaps_per_minute", now.gapsPerMinute());
    json.writeStringField("unplugged", now.unplugged());
    json.writeEndObject();
  }
}
