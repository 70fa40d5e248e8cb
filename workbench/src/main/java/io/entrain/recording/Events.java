package io.entrain.recording;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Events as read, in the order of the file; {@code mark} holds the marks of each, event after
 * event.
 */
record Events(int channels, long[] nanos, int[] channel, List<String> marks, float[] mark) {

  /**
   * The events of a table of counts: all columns but the last are channels, the last is the time.
   * Row i is the bin [start + i bin, start + (i + 1) bin), where start is the first row's time
   * rounded up to a multiple of the bin; the j-th of c counts stands at (j + 1/2) / c of its bin.
   */
  static Events ofCounts(CsvColumns table, long binNanos) {
    int channels = table.names().size() - 1;
    long[] times = table.nanos(channels);
    checkSteps(table, times, binNanos);
    long start = times.length == 0 ? 0 : -Math.floorDiv(-times[0], binNanos) * binNanos;
    long[] nanos = new long[1024];
    int[] channel = new int[1024];
    int size = 0;
    for (int row = 0; row < table.size(); row++) {
      for (int unit = 0; unit < channels; unit++) {
        long count = table.whole(row, unit);
        if (count < 0 || count > binNanos) {
          throw table.wrong(row, unit, "a count of at least 0");
        }
        for (long j = 0; j < count; j++) {
          if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * size);
            channel = Arrays.copyOf(channel, 2 * size);
          }
          nanos[size] = start + row * binNanos + binNanos * (2 * j + 1) / (2 * count);
          channel[size++] = unit;
        }
      }
    }
    return new Events(
        channels,
        Arrays.copyOf(nanos, size),
        Arrays.copyOf(channel, size),
        List.of(),
        new float[0]);
  }

  private static void checkSteps(CsvColumns table, long[] times, long binNanos) {
    for (int row = 1; row < times.length; row++) {
      long drift = Math.abs(times[row] - times[0] - row * binNanos);
      if (drift > binNanos / 2) {
        throw table.wrong(
            row,
            table.names().size() - 1,
            "one bin of " + binNanos / 1e6 + " ms after the row above; rows may not be left out");
      }
    }
  }

  /**
   * In order of time, equal times in the order of the file; what lies outside the span is left out.
   */
  EventSignal signal(String modality, Span span, List<Span> gaps) {
    int[] order =
        IntStream.range(0, nanos.length)
            .filter(i -> span.contains(nanos[i]))
            .boxed()
            .sorted((i, j) -> Long.compare(nanos[i], nanos[j]))
            .mapToInt(Integer::intValue)
            .toArray();
    float[] marked = new float[order.length * marks.size()];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(mark, order[i] * marks.size(), marked, i * marks.size(), marks.size());
    }
    return new EventSignal(
        modality,
        channels,
        IntStream.of(order).mapToLong(i -> nanos[i]).toArray(),
        IntStream.of(order).map(i -> channel[i]).toArray(),
        marks,
        marked,
        gaps);
  }
}
