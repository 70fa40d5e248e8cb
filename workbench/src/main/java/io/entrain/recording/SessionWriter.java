package io.entrain.recording;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** Writes a session as a folder: {@code recording.yaml} and the files that it names. */
public final class SessionWriter {
  private SessionWriter() {}

  public static void write(Session session, Path folder) throws IOException {
    Files.createDirectories(folder);
    StringBuilder yaml = new StringBuilder();
    yaml.append("name: ").append(session.about().name()).append('\n');
    yaml.append("source: \"").append(session.about().source()).append("\"\n");
    yaml.append("start_nanos: ").append(session.span().startNanos()).append('\n');
    yaml.append("end_nanos: ").append(session.span().endNanos()).append('\n');
    yaml.append("streams:\n");
    for (Signal signal : session.signals()) {
      if (signal instanceof EventSignal events) {
        writeEvents(events, folder.resolve(events.modality() + ".csv.gz"));
        yaml.append("  - modality: ")
            .append(events.modality())
            .append("\n    kind: events\n    layout: rows\n    file: ")
            .append(events.modality())
            .append(".csv.gz\n    time: time_nanos\n    channel: channel\n    channels: ")
            .append(events.channels())
            .append('\n');
      } else if (signal instanceof SampleSignal samples) {
        NpyFile.write(
            folder.resolve(samples.modality() + ".npy"), samples.values(), samples.channels());
        yaml.append("  - modality: ")
            .append(samples.modality())
            .append("\n    kind: samples\n    file: ")
            .append(samples.modality())
            .append(".npy\n    rate_hz: ")
            .append((long) samples.rateHz())
            .append("\n    channels: ")
            .append(samples.channels())
            .append('\n');
      }
    }
    writeTruth(session, folder.resolve("truth.csv.gz"));
    yaml.append("labels:\n  file: truth.csv.gz\n  time: time_nanos\n  columns: ")
        .append(session.labels().names())
        .append("\n  unit: ")
        .append(session.labels().unit())
        .append('\n');
    yaml.append("lag:\n  of: ")
        .append(session.lag().of())
        .append("\n  file: truth.csv.gz\n  column: lag_millis\n");
    Files.writeString(folder.resolve("recording.yaml"), yaml);
  }

  private static void writeEvents(EventSignal events, Path file) throws IOException {
    try (BufferedWriter out = gzip(file)) {
      out.write("time_nanos,channel\n");
      for (int i = 0; i < events.nanos().length; i++) {
        out.write(events.nanos()[i] + "," + events.channel()[i] + "\n");
      }
    }
  }

  private static void writeTruth(Session session, Path file) throws IOException {
    try (BufferedWriter out = gzip(file)) {
      out.write("time_nanos,lag_millis," + String.join(",", session.labels().names()) + "\n");
      for (int i = 0; i < session.labels().nanos().length; i++) {
        out.write(session.labels().nanos()[i] + "," + decimal(session.lag().millis()[i]));
        for (double value : session.labels().values()[i]) {
          out.write("," + decimal(value));
        }
        out.write("\n");
      }
    }
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.6f", value);
  }

  private static BufferedWriter gzip(Path file) throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file), 1 << 16), StandardCharsets.UTF_8),
        1 << 16);
  }
}
