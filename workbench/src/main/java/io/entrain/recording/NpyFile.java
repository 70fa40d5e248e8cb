package io.entrain.recording;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's array file, format 1.0, for float32 {@code [T, C]} in C order and nothing else.
 *
 * @see <a
 *     href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>
 */
final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;
  private static final int CHUNK = 1 << 20;

  /** Nine digits fit an int; no file holds more rows. */
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '(.*)', 'fortran_order': (True|False), 'shape': \\((\\d{1,9}), (\\d{1,9})\\), *\\}\\s*");

  private NpyFile() {}

  static void write(Path file, float[] values, int columns) throws IOException {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + values.length / columns
            + ", "
            + columns
            + "), }";
    int unpadded = MAGIC.length + 2 + header.length() + 1;
    int length = header.length() + 1 + (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(MAGIC).putShort((short) length).put(header.getBytes(StandardCharsets.US_ASCII));
    while (buffer.position() < MAGIC.length + 2 + length - 1) {
      buffer.put((byte) ' ');
    }
    buffer.put((byte) '\n');
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (float value : values) {
        if (buffer.remaining() < Float.BYTES) {
          drain(buffer, channel);
        }
        buffer.putFloat(value);
      }
      drain(buffer, channel);
    }
  }

  private static void drain(ByteBuffer buffer, FileChannel channel) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** The values, time-major; refuses any other type, order or number of columns. */
  static float[] read(Path file, int columns) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), CHUNK))) {
      byte[] start = in.readNBytes(MAGIC.length + 2);
      ByteBuffer head = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
      if (start.length < MAGIC.length + 2
          || !ByteBuffer.wrap(start, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
        throw new RecordingException(
            file + ": not a NumPy array of format 1.0; write it with numpy.save");
      }
      String header =
          new String(
              in.readNBytes(head.getShort(MAGIC.length) & 0xFFFF), StandardCharsets.US_ASCII);
      int rows = rows(file, header, columns);
      ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.remaining() != (long) rows * columns * Float.BYTES) {
        throw new RecordingException(
            file
                + ": "
                + bytes.remaining()
                + " bytes of data, want "
                + (long) rows * columns * Float.BYTES
                + "; is it cut short?");
      }
      float[] values = new float[rows * columns];
      bytes.asFloatBuffer().get(values);
      return values;
    } catch (IOException unreadable) {
      throw new RecordingException(
          file + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  private static int rows(Path file, String header, int columns) {
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches() || !matcher.group(1).equals("<f4") || matcher.group(2).equals("True")) {
      throw new RecordingException(
          file
              + ": array header "
              + header.strip()
              + ", want float32 [T, C] in C order: np.ascontiguousarray(x, '<f4')");
    }
    if (Integer.parseInt(matcher.group(4)) != columns) {
      throw new RecordingException(
          file + ": " + matcher.group(4) + " columns, want " + columns + " channels");
    }
    return Integer.parseInt(matcher.group(3));
  }
}
