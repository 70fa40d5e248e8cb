package io.entrain.recording;

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

/**
 * YAML files as records, key by key, in snake case; null is a key that is not there. A key that is
 * not known is refused with its line and with those that are.
 */
public final class StrictYaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  private StrictYaml() {}

  /**
   * Reads a file.
   *
   * @param what what such a file is, said where there is none
   * @throws RecordingException where it is not there, is no YAML, or holds a key or a value that
   *     does not belong there
   */
  public static <T> T read(Path file, Class<T> type, String what) {
    if (!Files.isRegularFile(file)) {
      throw new RecordingException(file + ": no such file; " + what);
    }
    try {
      T yaml = MAPPER.readValue(file.toFile(), type);
      if (yaml == null) {
        throw new RecordingException(file + ": is empty; " + what);
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

  static void write(Path file, Object value) throws IOException {
    MAPPER.writeValue(file.toFile(), value);
  }
}
