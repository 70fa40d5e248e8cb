package io.entrain.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.wire.v1.Reason;

/**
 * Writes blocks, and reads them from bytes that nobody vouches for.
 *
 * <h2>Guarantees of {@link #decode}</h2>
 *
 * It never throws for what the bytes hold. An accepted block satisfies: session and modality of 1
 * to {@value BlockRules#MAX_NAME_CHARS} printable characters; stamps within ±2^62 ns; a span above
 * 0 and up to one hour; every number finite; event offsets non-decreasing and inside the span; one
 * channel for each event; marks a multiple of the events; samples that fill their channels, and as
 * many as rate times span, within one sample.
 *
 * <p>What only a model can say (its channels, rate, kinds) is checked where the model is.
 *
 * @param maxSizeInBytes largest value that is read; above it is TOO_LARGE
 */
public record BlockCodec(int maxSizeInBytes) {
  /** Kafka's own default limit is 1 MiB; a second of 1,000 channels at 1 kHz as float32 is 4 MB. */
  public static final int DEFAULT_MAX_SIZE_IN_BYTES = 4 << 20;

  public BlockCodec {
    if (maxSizeInBytes < 1) {
      throw new IllegalArgumentException(
          "the size limit of a block is " + maxSizeInBytes + " bytes, must be at least 1");
    }
  }

  /** With the default size limit. */
  public BlockCodec() {
    this(DEFAULT_MAX_SIZE_IN_BYTES);
  }

  /** The block as Protobuf. */
  public byte[] encode(Block block) {
    return encode(block, Format.PROTOBUF);
  }

  /** The block as JSON of the same schema. */
  public byte[] encodeJson(Block block) {
    return encode(block, Format.JSON);
  }

  /** The block in {@code format}. */
  public byte[] encode(Block block, Format format) {
    return MessageCodec.BLOCK.encode(BlockMessages.toMessage(block), format);
  }

  /**
   * The block in {@code value}, Protobuf or JSON, or why there is none. {@code value} may be null.
   */
  public BlockReading decode(byte[] value) {
    try {
      return BlockReading.accepted(BlockRules.checked(parse(value)).toBlock());
    } catch (BlockRefusal refusal) {
      return BlockReading.rejected(refusal.reason, refusal.getMessage());
    }
  }

  private BlockFields parse(byte[] value) throws BlockRefusal {
    BlockRefusal.unless(
        value != null && value.length > 0,
        Reason.MALFORMED,
        "the value is empty; send a SignalBlock, and an empty events block for silence");
    BlockRefusal.unless(
        value.length <= maxSizeInBytes,
        Reason.TOO_LARGE,
        "the value has %d bytes, the limit is %d; send shorter blocks",
        value.length,
        maxSizeInBytes);
    BlockFields plain = Format.isJson(value) ? null : PlainBlockReader.read(value);
    if (plain != null) {
      return plain;
    }
    try {
      return BlockMessages.toFields(MessageCodec.BLOCK.decode(value));
    } catch (InvalidProtocolBufferException malformed) {
      throw new BlockRefusal(
          Reason.MALFORMED,
          "not a SignalBlock in %s (%d bytes): %s"
              .formatted(
                  Format.isJson(value) ? "JSON" : "Protobuf",
                  value.length,
                  malformed.getMessage()));
    }
  }
}
