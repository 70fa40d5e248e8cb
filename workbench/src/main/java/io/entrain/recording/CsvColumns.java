package io.entrain.recording;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Some columns of a table: .csv, or .csv.gz, with one header line.
 *
 * @param file where they come from, for messages
 * @param names of the columns
 * @param rows their cells, as text, row after row
 * @param lines line number of each row
 */
record CsvColumns(Path file, List<String> names, List<String[]> rows, List<Long> lines) {

  static CsvColumns read(Path file, List<String> names) {
    try (InputStream raw = Files.newInputStream(file);
        Reader text = new InputStreamReader(unpacked(file, raw), StandardCharsets.UTF_8);
        CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(text)) {
      Iterator<CsvRecord> records = reader.iterator();
      if (!records.hasNext()) {
        throw new RecordingException(file + ": is empty, must begin with a line of column names");
      }
      int[] places = places(file, records.next().getFields(), names);
      List<String[]> rows = new ArrayList<>();
      List<Long> lines = new ArrayList<>();
      while (records.hasNext()) {
        CsvRecord record = records.next();
        rows.add(cells(record, places));
        lines.add(record.getStartingLineNumber());
      }
      return new CsvColumns(file, names, rows, lines);
    } catch (CsvParseException wrong) {
      Throwable reason = wrong.getCause() == null ? wrong : wrong.getCause();
      throw new RecordingException(file + ": cannot be read as CSV: " + reason.getMessage(), wrong);
    } catch (IOException wrong) {
      throw new RecordingException(file + ": cannot be read as CSV: " + wrong.getMessage(), wrong);
    }
  }

  private static InputStream unpacked(Path file, InputStream raw) throws IOException {
    return file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
  }

  private static int[] places(Path file, List<String> header, List<String> names) {
    int[] places = new int[names.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = header.indexOf(names.get(i));
      if (places[i] < 0) {
        String known = String.join(", ", header.subList(0, Math.min(8, header.size())));
        throw new RecordingException(
            file
                + ": no column '"
                + names.get(i)
                + "'; its columns are "
                + known
                + (header.size() > 8 ? ", ..." : ""));
      }
    }
    return places;
  }

  private static String[] cells(CsvRecord record, int[] places) {
    String[] cells = new String[places.length];
    for (int i = 0; i < places.length; i++) {
      cells[i] = record.getField(places[i]);
    }
    return cells;
  }

  int size() {
    return rows.size();
  }

  double number(int row, int column) {
    try {
      double value = Double.parseDouble(rows.get(row)[column]);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the one message for both.
    }
    throw wrong(row, column, "a finite number");
  }

  long whole(int row, int column) {
    try {
      return Long.parseLong(rows.get(row)[column]);
    } catch (NumberFormatException notWhole) {
      double value = number(row, column);
      if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
        return (long) value;
      }
      throw wrong(row, column, "a whole number");
    }
  }

  /**
   * Whole nanoseconds from a time column, whose name ends in its unit; refuses times that go back.
   */
  long[] nanos(int column) {
    String name = names.get(column);
    String unit = name.substring(name.lastIndexOf('_') + 1);
    Double nanosPer = RecordingYaml.NANOS_PER.get(unit);
    if (nanosPer == null) {
      throw new RecordingException(
          file
              + ": time column '"
              + name
              + "' names no unit; its last word must be s, millis, micros or nanos, as in time_s");
    }
    long[] nanos = new long[size()];
    for (int row = 0; row < nanos.length; row++) {
      nanos[row] =
          unit.equals("nanos")
              ? whole(row, column)
              : (long) Math.rint(number(row, column) * nanosPer);
      if (row > 0 && nanos[row] < nanos[row - 1]) {
        throw wrong(row, column, "a time not before that of the row above");
      }
    }
    return nanos;
  }

  RecordingException wrong(int row, int column, String want) {
    return new RecordingException(
        file
            + ", line "
            + lines.get(row)
            + ": "
            + names.get(column)
            + " is '"
            + rows.get(row)[column]
            + "', must be "
            + want);
  }
}
