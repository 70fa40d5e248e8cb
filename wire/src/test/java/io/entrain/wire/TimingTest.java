package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class TimingTest {
  @Test
  void travelsInHeadersAsText() {
    Timing timing = new Timing(1_700_000_000_123L, 1_700_000_000_130L, 912, 16);
    Headers headers = new RecordHeaders();
    timing.write(headers);
    assertThat(Timing.read(headers)).isEqualTo(timing);
    assertThat(headers.lastHeader(Timing.BATCH_SIZE).value())
        .isEqualTo("16".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void isNullWhereAHeaderIsMissingOrNoNumber() {
    Headers headers = new RecordHeaders();
    assertThat(Timing.read(headers)).isNull();
    new Timing(1, 2, 3, 4).write(headers);
    headers.add(Timing.ARRIVED_MILLIS, "soon".getBytes(StandardCharsets.US_ASCII));
    assertThat(Timing.read(headers)).isNull();
  }
}
