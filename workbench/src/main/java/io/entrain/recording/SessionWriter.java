package io.entrain.recording;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.entrain.recording.RecordingYaml.GapEntry;
import io.entrain.recording.RecordingYaml.LabelsEntry;
import io.entrain.recording.RecordingYaml.LagEntry;
import io.entrain.recording.RecordingYaml.StreamEntry;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Writes a session as a folder: {@code recording.yaml} and the files that it names. */
public final class SessionWriter {
  private static final String TIME = "time_nanos";
  private static final String TRUTH = "truth.csv.gz";
  private static final String LAG = "lag_millis";

  private SessionWriter() {}

  public static void write(Session session, Path folder) throws IOException {
    Files.createDirectories(folder);
    List<StreamEntry> streams = new ArrayList<>();
    for (Signal signal : session.signals()) {
      streams.add(
          signal instanceof EventSignal events
              ? write(events, folder)
              : write((SampleSignal) signal, folder));
    }
    writeTruth(session, folder);
    new RecordingYaml(
            session.about().name(),
            session.about().source(),
            session.about().licence(),
            session.span().startNanos(),
            session.span().endNanos(),
            streams,
            labels(session.labels()),
            lag(session.lag()),
            session.about().models())
        .write(folder.resolve("recording.yaml"));
  }

  private static StreamEntry write(EventSignal events, Path folder) throws IOException {
    String file = events.modality() + ".csv.gz";
    try (CsvWriter csv = csv(folder.resolve(file))) {
      List<String> header = new ArrayList<>(List.of(TIME, "channel"));
      header.addAll(events.marks());
      csv.writeRecord(header);
      for (int i = 0; i < events.nanos().length; i++) {
        List<String> cells = new ArrayList<>();
        cells.add(Long.toString(events.nanos()[i]));
        cells.add(Integer.toString(events.channel()[i]));
        for (float mark : events.marksBetween(i, i + 1)) {
          cells.add(Float.toString(mark));
        }
        csv.writeRecord(cells);
      }
    }
    return new StreamEntry(
        events.modality(),
        "events",
        "rows",
        file,
        TIME,
        "channel",
        events.channels(),
        events.marks(),
        null,
        null,
        null,
        gaps(events));
  }

  private static StreamEntry write(SampleSignal samples, Path folder) throws IOException {
    String file = samples.modality() + ".npy";
    NpyFile.write(folder.resolve(file), samples.values(), samples.channels());
    return new StreamEntry(
        samples.modality(),
        "samples",
        null,
        file,
        null,
        null,
        samples.channels(),
        null,
        null,
        rate(samples.rateHz()),
        null,
        gaps(samples));
  }

  /** A whole number where it is one, which other readers may ask for. */
  private static Number rate(double rateHz) {
    return rateHz == Math.rint(rateHz) ? (Number) (long) rateHz : (Number) rateHz;
  }

  private static List<GapEntry> gaps(Signal signal) {
    return signal.gaps().stream()
        .map(gap -> new GapEntry(gap.startNanos(), gap.endNanos()))
        .toList();
  }

  private static LabelsEntry labels(Labels labels) {
    return labels == null ? null : new LabelsEntry(TRUTH, TIME, labels.names(), labels.unit());
  }

  private static LagEntry lag(KnownLag lag) {
    if (lag == null) {
      return null;
    }
    return lag.nanos().length == 0
        ? new LagEntry(lag.of(), null, null, null, null)
        : new LagEntry(lag.of(), TRUTH, TIME, LAG, lag.marginMillis());
  }

  /** Labels and lag in one table; where both are known they are known at the same times. */
  private static void writeTruth(Session session, Path folder) throws IOException {
    Labels labels = session.labels();
    KnownLag lag =
        session.lag() == null || session.lag().nanos().length == 0 ? null : session.lag();
    if (labels == null && lag == null) {
      return;
    }
    if (labels != null && lag != null && !Arrays.equals(labels.nanos(), lag.nanos())) {
      throw new IllegalArgumentException(
          "labels and lag of " + session.about().name() + " stand at different times");
    }
    long[] nanos = labels == null ? lag.nanos() : labels.nanos();
    try (CsvWriter csv = csv(folder.resolve(TRUTH))) {
      csv.writeRecord(
          row(TIME, lag == null ? null : LAG, labels == null ? List.of() : labels.names()));
      for (int i = 0; i < nanos.length; i++) {
        csv.writeRecord(
            row(
                Long.toString(nanos[i]),
                lag == null ? null : Double.toString(lag.millis()[i]),
                labels == null ? List.of() : numbers(labels.values()[i])));
      }
    }
  }

  private static List<String> row(String time, String lag, List<String> labels) {
    List<String> row = new ArrayList<>();
    row.add(time);
    if (lag != null) {
      row.add(lag);
    }
    row.addAll(labels);
    return row;
  }

  private static List<String> numbers(double[] values) {
    return Arrays.stream(values).mapToObj(Double::toString).toList();
  }

  private static CsvWriter csv(Path file) throws IOException {
    return CsvWriter.builder()
        .build(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file), 1 << 16),
                StandardCharsets.UTF_8));
  }
}
