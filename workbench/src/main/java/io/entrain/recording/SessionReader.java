package io.entrain.recording;

import io.entrain.recording.RecordingYaml.GapEntry;
import io.entrain.recording.RecordingYaml.LabelsEntry;
import io.entrain.recording.RecordingYaml.LagEntry;
import io.entrain.recording.RecordingYaml.StreamEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a session folder, or a YAML file whose data lie elsewhere. */
public final class SessionReader {
  private final Path yamlFile;
  private final Path data;
  private final RecordingYaml yaml;

  private SessionReader(Path yamlFile, Path data) {
    this.yamlFile = yamlFile;
    this.data = data;
    this.yaml = RecordingYaml.read(yamlFile);
  }

  /**
   * The session in a folder with a {@code recording.yaml}, or of a YAML file with its data beside
   * it.
   */
  public static Session read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve("recording.yaml") : path;
    return read(file, file.toAbsolutePath().getParent());
  }

  /**
   * The session of a YAML file with its data in {@code data}.
   *
   * @throws RecordingException where a file, key or column is missing or a value is out of bounds
   */
  public static Session read(Path yamlFile, Path data) {
    return new SessionReader(yamlFile, data).session();
  }

  private Session session() {
    String name = need(yaml.name(), "name", "");
    long start = need(yaml.startNanos(), "start_nanos", "");
    long end = need(yaml.endNanos(), "end_nanos", "");
    if (end <= start) {
      throw new RecordingException(
          yamlFile + ": end_nanos is " + end + ", must be above start_nanos " + start);
    }
    Span span = new Span(start, end);
    List<Signal> signals = new ArrayList<>();
    for (StreamEntry entry : need(yaml.streams(), "streams", "")) {
      signals.add(signal(entry, span));
    }
    Session.About about =
        new Session.About(
            name,
            orEmpty(yaml.source()),
            orEmpty(yaml.licence()),
            yaml.models() == null ? List.of() : yaml.models());
    return new Session(about, span, signals, labels(yaml.labels()), lag(yaml.lag()));
  }

  private Signal signal(StreamEntry entry, Span span) {
    String modality = need(entry.modality(), "modality", " of a stream");
    String kind = need(entry.kind(), "kind", of(entry));
    return switch (kind) {
      case "events" -> events(entry, span);
      case "samples" -> samples(entry, span);
      default ->
          throw new RecordingException(
              yamlFile + ": kind of " + modality + " is '" + kind + "', must be events or samples");
    };
  }

  private EventSignal events(StreamEntry entry, Span span) {
    String layout = need(entry.layout(), "layout", of(entry));
    Events events =
        switch (layout) {
          case "rows" -> rows(entry);
          case "counts" -> counts(entry);
          default ->
              throw new RecordingException(
                  yamlFile
                      + ": layout of "
                      + entry.modality()
                      + " is '"
                      + layout
                      + "', must be rows or counts");
        };
    return events.signal(entry.modality(), span, gaps(entry));
  }

  private Events rows(StreamEntry entry) {
    String time = need(entry.time(), "time", of(entry));
    String channel = need(entry.channel(), "channel", of(entry));
    int channels = need(entry.channels(), "channels", of(entry));
    List<String> marks = entry.marks() == null ? List.of() : entry.marks();
    List<String> wanted = new ArrayList<>(List.of(time, channel));
    wanted.addAll(marks);
    CsvColumns table = CsvColumns.read(file(entry.file(), of(entry)), wanted);
    int[] channelOf = new int[table.size()];
    float[] mark = new float[table.size() * marks.size()];
    for (int row = 0; row < channelOf.length; row++) {
      long value = table.whole(row, 1);
      if (value < 0 || value >= channels) {
        throw table.wrong(row, 1, "0 to " + (channels - 1));
      }
      channelOf[row] = (int) value;
      for (int i = 0; i < marks.size(); i++) {
        mark[row * marks.size() + i] = (float) table.number(row, 2 + i);
      }
    }
    return new Events(channels, table.nanos(0), channelOf, marks, mark);
  }

  private Events counts(StreamEntry entry) {
    List<String> columns = need(entry.columns(), "columns", of(entry));
    int binMillis = need(entry.binMillis(), "bin_millis", of(entry));
    if (binMillis < 1) {
      throw new RecordingException(
          yamlFile
              + ": bin_millis of "
              + entry.modality()
              + " is "
              + binMillis
              + ", must be at least 1");
    }
    List<String> wanted = new ArrayList<>(columns);
    wanted.add(need(entry.time(), "time", of(entry)));
    return Events.ofCounts(
        CsvColumns.read(file(entry.file(), of(entry)), wanted), binMillis * 1_000_000L);
  }

  private SampleSignal samples(StreamEntry entry, Span span) {
    double rateHz = need(entry.rateHz(), "rate_hz", of(entry)).doubleValue();
    if (!(rateHz > 0)) {
      throw new RecordingException(
          yamlFile + ": rate_hz of " + entry.modality() + " is " + rateHz + ", must be above 0");
    }
    Path file = file(entry.file(), of(entry));
    float[] values;
    int channels;
    if (file.toString().endsWith(".npy")) {
      channels = need(entry.channels(), "channels", of(entry));
      values = NpyFile.read(file, channels);
    } else {
      CsvColumns table = CsvColumns.read(file, need(entry.columns(), "columns", of(entry)));
      channels = table.names().size();
      values = new float[table.size() * channels];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) table.number(i / channels, i % channels);
      }
    }
    long wanted = (long) Math.floor(span.nanos() * 1e-9 * rateHz + 1e-6);
    if (values.length / channels < wanted) {
      throw new RecordingException(
          file
              + ": "
              + values.length / channels
              + " samples, want "
              + wanted
              + " from start_nanos to end_nanos at "
              + rateHz
              + " Hz");
    }
    try {
      return new SampleSignal(entry.modality(), channels, rateHz, values, gaps(entry));
    } catch (IllegalArgumentException wrong) {
      throw new RecordingException(file + ": " + wrong.getMessage(), wrong);
    }
  }

  private List<Span> gaps(StreamEntry entry) {
    List<Span> gaps = new ArrayList<>();
    for (GapEntry gap : entry.gaps() == null ? List.<GapEntry>of() : entry.gaps()) {
      long start = need(gap.startNanos(), "start_nanos", " of a gap of " + entry.modality());
      long end = need(gap.endNanos(), "end_nanos", " of a gap of " + entry.modality());
      if (end <= start || (!gaps.isEmpty() && start < gaps.get(gaps.size() - 1).endNanos())) {
        throw new RecordingException(
            yamlFile
                + ": gap ["
                + start
                + ", "
                + end
                + ") of "
                + entry.modality()
                + ", gaps must be ascending and apart");
      }
      gaps.add(new Span(start, end));
    }
    return gaps;
  }

  private Labels labels(LabelsEntry entry) {
    if (entry == null) {
      return null;
    }
    List<String> columns = need(entry.columns(), "columns", " of labels");
    List<String> wanted = new ArrayList<>(columns);
    wanted.add(need(entry.time(), "time", " of labels"));
    CsvColumns table = CsvColumns.read(file(entry.file(), " of labels"), wanted);
    double[][] values = new double[table.size()][columns.size()];
    for (int row = 0; row < values.length; row++) {
      for (int i = 0; i < columns.size(); i++) {
        values[row][i] = table.number(row, i);
      }
    }
    return new Labels(
        table.nanos(columns.size()), columns, need(entry.unit(), "unit", " of labels"), values);
  }

  private KnownLag lag(LagEntry entry) {
    if (entry == null) {
      return null;
    }
    String of = need(entry.of(), "of", " of lag");
    if (yaml.streams().stream().noneMatch(stream -> of.equals(stream.modality()))) {
      throw new RecordingException(
          yamlFile + ": lag is of '" + of + "', which is none of the streams");
    }
    double margin = entry.marginMillis() == null ? 0 : entry.marginMillis();
    if (entry.file() == null) {
      return new KnownLag(of, margin, new long[0], new double[0]);
    }
    String time =
        entry.time() == null && yaml.labels() != null ? yaml.labels().time() : entry.time();
    String column = need(entry.column(), "column", " of lag");
    if (!column.endsWith("_millis")) {
      throw new RecordingException(
          yamlFile
              + ": column of lag is '"
              + column
              + "', must end in _millis and hold milliseconds");
    }
    CsvColumns table =
        CsvColumns.read(
            file(entry.file(), " of lag"), List.of(need(time, "time", " of lag"), column));
    double[] millis = new double[table.size()];
    for (int row = 0; row < millis.length; row++) {
      millis[row] = table.number(row, 1);
    }
    return new KnownLag(of, margin, table.nanos(0), millis);
  }

  private Path file(String name, String where) {
    Path file = data.resolve(need(name, "file", where));
    if (!Files.isRegularFile(file)) {
      String source = yaml.source() == null ? "" : " (source: " + yaml.source() + ")";
      throw new RecordingException(file + ": no such file; name its folder with --data" + source);
    }
    return file;
  }

  private <T> T need(T value, String key, String where) {
    if (value == null) {
      throw new RecordingException(yamlFile + ": key '" + key + "'" + where + " is missing");
    }
    return value;
  }

  private static String of(StreamEntry entry) {
    return " of stream " + entry.modality();
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
