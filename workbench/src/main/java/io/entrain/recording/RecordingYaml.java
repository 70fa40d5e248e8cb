package io.entrain.recording;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
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

  private static final String WHAT =
      "a session is a folder with a recording.yaml, or such a YAML file";

  static RecordingYaml read(Path file) {
    return StrictYaml.read(file, RecordingYaml.class, WHAT);
  }

  void write(Path file) throws IOException {
    StrictYaml.write(file, this);
  }

  /** The keys of a time column's last word. */
  static final Map<String, Double> NANOS_PER =
      Map.of("nanos", 1.0, "micros", 1e3, "millis", 1e6, "s", 1e9);
}
