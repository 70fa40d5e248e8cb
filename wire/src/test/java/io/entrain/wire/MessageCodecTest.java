package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Lag;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import io.entrain.wire.v1.Truth;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessageCodecTest {
  private static final Decoded DECODED =
      Decoded.newBuilder()
          .setSession("s")
          .setModel("lag-posterior")
          .setWindowEndNanos(1_000_000_000_000_000_001L)
          .addComponent(Component.newBuilder().setName("velocity_x").setUnit("sd"))
          .setLag(Lag.newBuilder().setOf("spikes").setMillis(-41.5f))
          .build();

  @ParameterizedTest
  @EnumSource
  void readsBackWhatItWrote(Format format) throws InvalidProtocolBufferException {
    Rejected rejected =
        Rejected.newBuilder()
            .setReason(Reason.TOO_LATE)
            .setValue(ByteString.copyFrom(new byte[] {0, -1, '{'}))
            .build();
    Truth truth = Truth.newBuilder().setSession("s").setLagMillis(0).build();
    assertThat(MessageCodec.DECODED.decode(MessageCodec.DECODED.encode(DECODED, format)))
        .isEqualTo(DECODED);
    assertThat(MessageCodec.REJECTED.decode(MessageCodec.REJECTED.encode(rejected, format)))
        .isEqualTo(rejected);
    assertThat(MessageCodec.TRUTH.decode(MessageCodec.TRUTH.encode(truth, format)))
        .isEqualTo(truth);
  }

  @Test
  void jsonHasTheNamesOfTheSchemaAndItsZeros() {
    String json =
        new String(MessageCodec.DECODED.encode(DECODED, Format.JSON), StandardCharsets.UTF_8);
    assertThat(json)
        .contains("\"window_end_nanos\":\"1000000000000000001\"")
        .contains("\"mean\":0.0")
        .contains("\"warming_up\":false");
  }

  @Test
  void refusesWhatIsNeitherProtobufNorJson() {
    for (String text : new String[] {"hello", "{", "{}}", "[]"}) {
      assertThatThrownBy(() -> MessageCodec.DECODED.decode(text.getBytes(StandardCharsets.UTF_8)))
          .as(text)
          .isInstanceOf(InvalidProtocolBufferException.class);
    }
  }
}
