package io.entrain.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import io.entrain.world.WorldOptions.Faults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionFolderTest {
  private static final String YAML =
      """
      name: small
      source: a test
      start_nanos: 1000000000
      end_nanos: 1200000000
      streams:
        - modality: units
          kind: events
          layout: counts
          file: table.csv
          time: time_s
          bin_millis: 50
          columns: [b, a]
        - modality: ecg
          kind: samples
          file: ecg.csv
          rate_hz: 10
          columns: [lead]
      labels:
        file: table.csv
        time: time_s
        columns: [vx]
        unit: m/s
      lag:
        of: units
      """;
  private static final String TABLE =
      "time_s,a,b,vx\n0.991,0,2,1\n1.041,1,0,2\n1.091,0,0,3\n1.141,3,0,4.5\n";
  private static final String ECG = "lead\n0.5\n-0.5\n";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aSimulatedSessionReadsAsItWasWritten(long seed) throws IOException {
    Session session =
        World.session(
            new WorldOptions(1, seed, 3, LagPlan.wandering(60, 150), new Faults(8, 1, 60, "")));
    SessionWriter.write(session, folder);
    assertThat(SessionReader.read(folder)).isEqualTo(session);
  }

  private Session read(String yaml, String table) throws IOException {
    Files.writeString(folder.resolve("recording.yaml"), yaml);
    Files.writeString(folder.resolve("table.csv"), table);
    Files.writeString(folder.resolve("ecg.csv"), ECG);
    return SessionReader.read(folder);
  }

  @Test
  void countsStandEvenlyInBinsThatBeginAtTheFirstTimeRoundedUp() throws IOException {
    Session session = read(YAML, TABLE);
    EventSignal units = (EventSignal) session.signal("units");
    assertThat(units.channels()).isEqualTo(2);
    assertThat(units.nanos())
        .containsExactly(1012500000, 1037500000, 1075000000, 1158333333, 1175000000, 1191666666);
    assertThat(units.channel()).containsExactly(0, 0, 1, 1, 1, 1);
    assertThat(((SampleSignal) session.signal("ecg")).values()).containsExactly(.5f, -.5f);
    assertThat(session.labels().nanos())
        .containsExactly(991000000, 1041000000, 1091000000, 1141000000);
    assertThat(session.lag().of()).isEqualTo("units");
    assertThat(session.lag().nanos()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: small           | nam: small            | unknown key 'nam'
          start_nanos: 1000000000 | start_nanos: soon   | start_nanos
          end_nanos: 1200000000 | end_nanos: 1          | end_nanos is 1, must be above start_nanos
          kind: events          | kind: event           | kind of units is 'event', must be events or samples
          layout: counts        | layout: bins          | layout of units is 'bins', must be rows or counts
          file: ecg.csv         | file: none.csv        | no such file; name its folder with --data
          time: time_s          | time: clock           | no column 'clock'; its columns are time_s, a, b, vx
          columns: [b, a]       | columns: [b, c]       | no column 'c'
          bin_millis: 50        | bin_millis: 20        | one bin of 20.0 ms after the row above
          bin_millis: 50        | channels: 2           | key 'bin_millis' of stream units is missing
          rate_hz: 10           | rate_hz: 100          | 2 samples, want 20
          unit: m/s             | units: m/s            | unknown key 'units'
          of: units             | of: spikes            | lag is of 'spikes', which is none of the streams
          """)
  void aWrongKeySaysWhatIsWrongInOneLine(String right, String wrong, String message) {
    assertThatThrownBy(
            () ->
                read(
                    YAML.replaceFirst(
                        java.util.regex.Pattern.quote(right),
                        java.util.regex.Matcher.quoteReplacement(wrong)),
                    TABLE))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1.041,1,0,2   | 1.041,-1,0,2  | line 3: a is '-1', must be a count of at least 0
          1.041,1,0,2   | 1.041,1.5,0,2 | line 3: a is '1.5', must be a whole number
          1.041,1,0,2   | 1.041,1,0     | Record 3 has 3 fields, but first record had 4 fields
          1.041,1,0,2   | 1.041,1,0,NaN | line 3: vx is 'NaN', must be a finite number
          1.041,1,0,2   | 0.5,1,0,2     | line 3: time_s is '0.5', must be a time not before
          """)
  void aWrongCellIsNamedByItsLineAndColumn(String right, String wrong, String message) {
    assertThatThrownBy(() -> read(YAML, TABLE.replace(right, wrong)))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aNumPyArrayOfAnotherTypeOrCutShortIsRefused() throws IOException {
    Path file = folder.resolve("x.npy");
    NpyFile.write(file, new float[] {1, 2, 3, 4}, 2);
    assertThat(NpyFile.read(file, 2)).containsExactly(1, 2, 3, 4);
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes.length).isEqualTo(128 + 16);
    assertThatThrownBy(() -> NpyFile.read(file, 4))
        .hasMessageContaining("2 columns, want 4 channels");
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 4));
    assertThatThrownBy(() -> NpyFile.read(file, 2)).hasMessageContaining("is it cut short?");
    String header = new String(bytes, StandardCharsets.ISO_8859_1).replace("<f4", "<f8");
    Files.write(file, header.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> NpyFile.read(file, 2)).hasMessageContaining("want float32 [T, C]");
    Files.writeString(file, "no array");
    assertThatThrownBy(() -> NpyFile.read(file, 2)).hasMessageContaining("not a NumPy array");
  }

  @Test
  void theM1RecordingReadsWhereItIsThere() {
    Path root = Path.of(System.getProperty("entrain.root", "."));
    Path yaml = root.resolve("workbench/recordings/m1-reaching.yaml");
    Path data = root.resolve("../shared/data/m1-reaching");
    assumeTrue(
        Files.exists(data.resolve("m1_reaching_50ms.csv.gz")) && Files.exists(yaml),
        "the M1 recording is not there (" + data + "): not tested");
    Session session = SessionReader.read(yaml, data);
    EventSignal reference = (EventSignal) session.signal("reference");
    EventSignal delayed = (EventSignal) session.signal("delayed");
    assertThat(reference.channels()).isEqualTo(15);
    assertThat(delayed.channels()).isEqualTo(131);
    assertThat(session.span().nanos()).isEqualTo(620_000_000_000L);
    assertThat(session.labels().names()).hasSize(2);
    assertThat(reference.nanos().length + delayed.nanos().length).isGreaterThan(1_000_000);
  }
}
