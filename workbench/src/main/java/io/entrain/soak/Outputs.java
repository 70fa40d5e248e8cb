package io.entrain.soak;

import io.entrain.wire.LetterParts;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Received;
import io.entrain.wire.RecordConsumer;
import io.entrain.wire.RecordConsumer.Isolation;
import io.entrain.wire.RecordConsumer.Start;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Rejected;
import java.util.HashMap;
import java.util.Map;

/** Reads what the job writes into the ledger. */
final class Outputs implements AutoCloseable {
  private final Topics topics;
  private final Ledger ledger;
  private final RecordConsumer<Decoded> decoded;
  private final RecordConsumer<Rejected> rejected;
  private final LetterParts parts = new LetterParts();
  private final Map<String, Long> read = new HashMap<>();
  private long panes;
  private long letters;

  Outputs(String bootstrap, Topics topics, Ledger ledger) {
    this.topics = topics;
    this.ledger = ledger;
    decoded =
        new RecordConsumer<>(
            bootstrap,
            topics.decoded(),
            MessageCodec.DECODED::decode,
            Start.BEGINNING,
            Isolation.READ_COMMITTED);
    rejected =
        new RecordConsumer<>(
            bootstrap,
            topics.rejected(),
            MessageCodec.REJECTED::decode,
            Start.BEGINNING,
            Isolation.READ_COMMITTED);
  }

  /** Everything up to now. */
  void read() {
    decoded.readToEnd(
        record -> {
          panes++;
          ledger.decoded(record.value());
          note(topics.decoded(), record);
        });
    rejected.readToEnd(
        record -> {
          parts
              .add(record.value())
              .ifPresent(
                  letter -> {
                    letters++;
                    ledger.letter(letter);
                  });
          note(topics.rejected(), record);
        });
  }

  private void note(String topic, Received<?> record) {
    read.put(topic, record.offset() + 1);
  }

  /** The topics, and the offset up to which each has been read. */
  Map<String, Long> offsets() {
    return Map.copyOf(read);
  }

  long panes() {
    return panes;
  }

  long letters() {
    return letters;
  }

  @Override
  public void close() {
    decoded.close();
    rejected.close();
  }
}
