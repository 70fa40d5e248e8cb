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
   * Opens a consumer.
   *
   * @param bootstrap address of the broker, {@code host:port}
   * @param topic for example {@code Topics.DEFAULT.decoded()}; must exist
   * @param start where reading starts
   * @param filter for example {@code new RepeatFilter(RepeatFilter.DEFAULT_REMEMBERED)}
   * @param different is told of a repeat that differs from the record before it, which is not
   *     handed on
   * @throws BrokerException where no broker answers within ten seconds or the topic does not exist
   */
  public DecodedConsumer(
      String bootstrap,
      String topic,
      RecordConsumer.Start start,
      RepeatFilter filter,
      Consumer<Received<Decoded>> different) {
    this.records =
        new RecordConsumer<>(
            bootstrap,
            topic,
            MessageCodec.DECODED::decode,
            start,
            RecordConsumer.Isolation.READ_COMMITTED);
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
