package io.entrain.recording;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code recording.yaml} as it stands, key by key; null is a key that is not there. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record RecordingYaml(
    String name,
    String source,
    String licence,
    Long startNanos,
    Long endNanos,
    List<StreamEntry> streams,
    LabelsEntry labels,
    LagEntry lag,
    List<String> models) {

  /** One of the streams; which keys it needs depends on kind and layout. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record StreamEntry(
      String modality,
      String kind,
      String layout,
      String file,
      String time,
      String channel,
      Integer channels,
      List<String> marks,
      Integer binMillis,
      Number rateHz,
      List<String> columns,
      List<GapEntry> gaps) {}

  record GapEntry(Long startNanos, Long endNanos) {}

  record LabelsEntry(String file, String time, List<String> columns, String unit) {}

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record LagEntry(String of, String file, String time, String column, Double marginMillis) {}

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  static RecordingYaml read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new RecordingException(
          file
              + ": no such file; a session is a folder with a recording.yaml, or such a YAML file");
    }
    try {
      RecordingYaml yaml = MAPPER.readValue(file.toFile(), RecordingYaml.class);
      if (yaml == null) {
        throw new RecordingException(file + ": is empty, must name the streams of a session");
      }
      return yaml;
    } catch (UnrecognizedPropertyException unknown) {
      throw new RecordingException(
          file
              + place(unknown)
              + ": unknown key '"
              + unknown.getPropertyName()
              + "'; known here: "
              + unknown.getKnownPropertyIds().stream().map(Object::toString).sorted().toList(),
          unknown);
    } catch (JsonProcessingException wrong) {
      throw new RecordingException(
          file
              + place(wrong)
              + path(wrong)
              + ": "
              + wrong.getOriginalMessage().lines().findFirst().orElse("not YAML"),
          wrong);
    } catch (IOException unreadable) {
      throw new RecordingException(
          file + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  private static String place(JsonProcessingException wrong) {
    return wrong.getLocation() == null ? "" : ", line " + wrong.getLocation().getLineNr();
  }

  private static String path(JsonProcessingException wrong) {
    if (!(wrong instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
      return "";
    }
    String key = mapping.getPath().get(mapping.getPath().size() - 1).getFieldName();
    return key == null ? "" : ", key '" + key + "'";
  }

  void write(Path file) throws IOException {
    MAPPER.writeValue(file.toFile(), this);
  }

  /** The keys of a time column's last word. */
  static final Map<String, Double> NANOS_PER =
      Map.of("nanos", 1.0, "micros", 1e3, "millis", 1e6, "s", 1e9);
}
