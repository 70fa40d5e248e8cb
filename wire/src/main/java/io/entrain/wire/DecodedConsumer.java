package io.entrain.wire;

import io.entrain.wire.v1.Decoded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads decoded records that are delivered at least once, each once: what comes again after a
 * restart of the job is dropped, as {@link RepeatFilter} finds it.
 *
 * <p>For one thread at a time, like Kafka's own consumer.
 */
public final class DecodedConsumer implements AutoCloseable {
  private final RecordConsumer<Decoded> records;
  private final RepeatFilter filter;
  private final Consumer<Received<Decoded>> different;

  /**
   * A consumer that closes the given one with itself.
   *
   * @param records of a topic of decoded records
   * @param filter for example {@code new RepeatFilter(RepeatFilter.DEFAULT_REMEMBERED)}
   * @param different is told of a repeat that differs from the record before it, which is not
   *     handed on
   */
  public DecodedConsumer(
      RecordConsumer<Decoded> records, RepeatFilter filter, Consumer<Received<Decoded>> different) {
    this.records = records;
    this.filter = filter;
    this.different = different;
  }

  /** What has come that is new, in the order of each partition. */
  public List<Received<Decoded>> poll(Duration timeout) {
    return once(records.poll(timeout));
  }

  /** Everything new up to the end of the topic as it is now. */
  public List<Received<Decoded>> readToEnd() {
    return once(records.readToEnd());
  }

  private List<Received<Decoded>> once(List<Received<Decoded>> received) {
    List<Received<Decoded>> once = new ArrayList<>();
    for (Received<Decoded> record : received) {
      switch (filter.look(record.value())) {
        case NEW -> once.add(record);
        case REPEAT -> {
          // Dropped: this is what the class is for.
        }
        case DIFFERENT -> different.accept(record);
      }
    }
    return once;
  }

  @Override
  public void close() {
    records.close();
  }
}
