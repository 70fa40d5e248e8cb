package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.Format;
import io.entrain.wire.LetterParts;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record is kept whole, however large it is, in letters that any broker takes. */
class LettersTest {
  /** What Kafka takes by default, and some room for the batch around it. */
  private static final int KAFKA_DEFAULT_BYTES = 1_000_000;

  @ParameterizedTest
  @CsvSource({
    "PROTOBUF, 3, 10, 1",
    "PROTOBUF, 0, 524288, 1",
    "PROTOBUF, 1, 524288, 2",
    "JSON, 1, 524288, 2",
    "JSON, 3, 9000000, 18",
    "PROTOBUF, 2000000, 5, 4",
    "JSON, 700000, 700000, 3"
  })
  void theLettersOfARecordAreTheRecord(Format format, int keyBytes, int valueBytes, int letters)
      throws Exception {
    RawRecord raw = record(keyBytes, valueBytes);
    List<OutputRecord> all = new Letters(format).of(raw, Reason.TOO_LARGE, "x".repeat(3_000_000));
    assertThat(all).hasSize(letters);
    LetterParts parts = new LetterParts();
    Optional<Rejected> whole = Optional.empty();
    for (OutputRecord letter : all) {
      assertThat(letter.key().length + letter.value().length).isLessThan(KAFKA_DEFAULT_BYTES);
      assertThat(whole).isEmpty();
      whole = parts.add(MessageCodec.REJECTED.decode(letter.value()));
    }
    assertThat(whole.orElseThrow().getKey().toByteArray()).isEqualTo(raw.key());
    assertThat(whole.orElseThrow().getValue().toByteArray()).isEqualTo(raw.value());
  }

  private static RawRecord record(int keyBytes, int valueBytes) {
    Random random = new Random(1);
    byte[] key = new byte[keyBytes];
    byte[] value = new byte[valueBytes];
    random.nextBytes(key);
    random.nextBytes(value);
    return new RawRecord(0, "entrain.lfp", 0, 5, 1000, key, value);
  }
}
