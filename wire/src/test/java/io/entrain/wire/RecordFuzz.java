package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.entrain.wire.v1.Reason;

/**
 * Fuzz targets of what reads records. The kept inputs are read again with every test;
 * docs/guarantees.md says how to look for more.
 */
class RecordFuzz {
  private static final BlockCodec CODEC = new BlockCodec();

  /** Bytes are a block that keeps every rule and survives being written, or refused in words. */
  @FuzzTest(maxDuration = "2m")
  void blocks(byte[] value) throws InvalidProtocolBufferException {
    PlainBlockReaderTest.assertAgrees(value);
    BlockReading reading = CODEC.decode(value);
    if (!reading.isAccepted()) {
      assertThat(reading.reason()).isNotIn(null, Reason.REASON_UNSPECIFIED, Reason.UNRECOGNIZED);
      assertThat(reading.detail()).isNotBlank();
      return;
    }
    BlockCodecLawTest.assertKeepsEveryRule(reading.block());
    for (Format format : Format.values()) {
      assertThat(CODEC.decode(CODEC.encode(reading.block(), format)).block())
          .isEqualTo(reading.block());
    }
  }

  /** Bytes are a message, or refused by the one exception that readers expect. */
  @FuzzTest(maxDuration = "2m")
  void messages(byte[] value) {
    read(MessageCodec.DECODED, value);
    read(MessageCodec.ALIGNMENT, value);
    read(MessageCodec.TRUTH, value);
    read(MessageCodec.ANNOUNCEMENT, value);
    LetterParts parts = new LetterParts();
    for (int again = 0; again < 2; again++) {
      try {
        parts.add(MessageCodec.REJECTED.decode(value));
      } catch (InvalidProtocolBufferException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }

  private static <M extends Message> void read(MessageCodec<M> codec, byte[] value) {
    try {
      M message = codec.decode(value);
      assertThat(codec.decode(codec.encode(message, Format.PROTOBUF))).isEqualTo(message);
    } catch (InvalidProtocolBufferException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
