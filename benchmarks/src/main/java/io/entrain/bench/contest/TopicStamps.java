package io.entrain.bench.contest;

import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The producer's stamps of all records that a run writes to a topic. */
final class TopicStamps implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final RecordConsumer<byte[]> reader;

  private TopicStamps(RecordConsumer<byte[]> reader) {
    this.reader = reader;
  }

  /** From now on; the topic must exist. */
  static TopicStamps watch(String bootstrap, String topic) {
    return new TopicStamps(
        new RecordConsumer<>(
            bootstrap, topic, value -> value, Start.END, Isolation.READ_COMMITTED));
  }

  /**
   * Of every record that came out, one for each window, after the run. A commit is acknowledged
   * before readers see it, so what was written may take a moment.
   *
   * @throws IllegalStateException where more or fewer came out
   */
  List<Long> millis(long windows) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<Long> stamps = new ArrayList<>();
    while (stamps.size() < windows && System.nanoTime() < deadline) {
      reader.poll(Duration.ofMillis(100)).forEach(record -> stamps.add(record.timestampMillis()));
    }
    reader.readToEnd(record -> stamps.add(record.timestampMillis()));
    if (stamps.size() != windows) {
      throw new IllegalStateException(
          "%d windows came out, %d were expected".formatted(stamps.size(), windows));
    }
    return stamps;
  }

  @Override
  public void close() {
    reader.close();
  }
}
