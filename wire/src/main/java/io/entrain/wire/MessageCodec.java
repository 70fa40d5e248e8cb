package io.entrain.wire;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.entrain.wire.v1.Alignment;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.ModelAnnouncement;
import io.entrain.wire.v1.Rejected;
import io.entrain.wire.v1.SignalBlock;
import io.entrain.wire.v1.Truth;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Writes one kind of message as Protobuf or JSON and reads either. Fields that this version does
 * not know are accepted, so that a later producer can add some. Protobuf keeps them, JSON drops
 * them.
 *
 * @param <M> the message
 */
public final class MessageCodec<M extends Message> {
  public static final MessageCodec<Decoded> DECODED =
      new MessageCodec<>(Decoded.getDefaultInstance());
  public static final MessageCodec<Alignment> ALIGNMENT =
      new MessageCodec<>(Alignment.getDefaultInstance());
  public static final MessageCodec<Rejected> REJECTED =
      new MessageCodec<>(Rejected.getDefaultInstance());
  public static final MessageCodec<Truth> TRUTH = new MessageCodec<>(Truth.getDefaultInstance());
  public static final MessageCodec<ModelAnnouncement> ANNOUNCEMENT =
      new MessageCodec<>(ModelAnnouncement.getDefaultInstance());
  static final MessageCodec<SignalBlock> BLOCK =
      new MessageCodec<>(SignalBlock.getDefaultInstance());

  /** Zeros are written too: a mean of 0 is a value, and a reader should not have to know. */
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .preservingProtoFieldNames()
          .alwaysPrintFieldsWithNoPresence()
          .omittingInsignificantWhitespace();

  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private final M prototype;

  private MessageCodec(M prototype) {
    this.prototype = prototype;
  }

  /** The value bytes of {@code message}. */
  public byte[] encode(M message, Format format) {
    return switch (format) {
      case PROTOBUF -> message.toByteArray();
      case JSON -> toJson(message).getBytes(StandardCharsets.UTF_8);
    };
  }

  /**
   * The message in {@code value}, Protobuf or JSON.
   *
   * @throws InvalidProtocolBufferException where {@code value} is neither
   */
  public M decode(byte[] value) throws InvalidProtocolBufferException {
    Message message =
        Format.isJson(value) ? fromJson(value) : prototype.getParserForType().parseFrom(value);
    @SuppressWarnings("unchecked") // both ways build from the prototype
    M typed = (M) message;
    return typed;
  }

  private Message fromJson(byte[] value) throws InvalidProtocolBufferException {
    Message.Builder builder = prototype.newBuilderForType();
    try {
      String json = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      checkEndsWithItsObject(json);
      PARSER.merge(json, builder);
    } catch (CharacterCodingException notUtf8) {
      throw new InvalidProtocolBufferException("the JSON is not UTF-8");
    }
    return builder.build();
  }

  /** JsonFormat reads the first object and ignores the rest: a second block would be lost. */
  private static void checkEndsWithItsObject(String json) throws InvalidProtocolBufferException {
    try (JsonReader reader = new JsonReader(new StringReader(json))) {
      reader.skipValue();
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new InvalidProtocolBufferException("the JSON goes on after its object");
      }
    } catch (InvalidProtocolBufferException trailing) {
      throw trailing;
    } catch (IOException malformed) {
      throw new InvalidProtocolBufferException(malformed.getMessage());
    }
  }

  private static String toJson(Message message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException impossible) {
      // Only a message with google.protobuf.Any fields can fail, and none of ours has one.
      throw new AssertionError(impossible);
    }
  }
}
