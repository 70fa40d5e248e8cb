package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.entrain.wire.v1.Events;
import io.entrain.wire.v1.Samples;
import io.entrain.wire.v1.SignalBlock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainBlockReaderTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsWhatIsWrittenAndWhereverItReadsAgreesWithTheGeneratedMessage(long seed)
      throws InvalidProtocolBufferException {
    Random random = new Random(seed);
    int damagedAndRead = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] value = new BlockCodec().encode(BlockCodecLawTest.draw(random));
      assertThat(PlainBlockReader.read(value)).isNotNull();
      assertAgrees(value);
      byte[] damaged = BlockCodecLawTest.damage(value, random);
      damagedAndRead += assertAgrees(damaged) ? 1 : 0;
    }
    assertThat(damagedAndRead).isGreaterThan(100);
  }

  /** Whether it reads; then the generated message must, and say the same. */
  static boolean assertAgrees(byte[] value) throws InvalidProtocolBufferException {
    BlockFields plain = PlainBlockReader.read(value);
    if (plain == null) {
      return false;
    }
    assertThat(plain)
        .usingRecursiveComparison()
        .withEqualsForType(Float::equals, Float.class)
        .withEqualsForType(Double::equals, Double.class)
        .isEqualTo(BlockMessages.toFields(SignalBlock.parseFrom(value)));
    return true;
  }

  @Test
  void readsInt16() {
    SignalBlock block =
        block().setSamples(samples().addInt16Value(-32768).addInt16Value(7).setScale(.5f)).build();
    assertThat(PlainBlockReader.read(block.toByteArray()).toBlock().samples().value())
        .containsExactly(-16384, 3.5f);
  }

  /** A later field of the same number adds to or replaces the earlier one: the message knows. */
  @Test
  void leavesOtherLayoutsToTheGeneratedMessage() throws IOException {
    byte[] events =
        block()
            .setEvents(Events.newBuilder().addOffsetNanos(3).addChannel(1))
            .build()
            .toByteArray();
    byte[] samples = block().setSamples(samples().addValue(1)).build().toByteArray();
    assertLeaves(joined(events, events), 2);
    assertLeaves(joined(samples, samples), 2);
    assertLeaves(joined(samples, events), 1);
    assertLeaves(joined(events, unknown()), 1);
    assertLeaves(unpacked(), 2);
  }

  private static void assertLeaves(byte[] value, int size) {
    assertThat(PlainBlockReader.read(value)).isNull();
    BlockReading reading = new BlockCodec().decode(value);
    assertThat(reading.isAccepted()).as(reading.detail()).isTrue();
    Block block = reading.block();
    assertThat(
            block.events() != null
                ? block.events().channel().length
                : block.samples().value().length)
        .isEqualTo(size);
  }

  private static SignalBlock.Builder block() {
    return SignalBlock.newBuilder().setSession("s").setModality("m").setEndNanos(2_000_000);
  }

  private static Samples.Builder samples() {
    return Samples.newBuilder().setRateHz(1000).setChannels(1);
  }

  private static byte[] unknown() {
    UnknownFieldSet.Field field = UnknownFieldSet.Field.newBuilder().addVarint(5).build();
    return UnknownFieldSet.newBuilder().addField(40, field).build().toByteArray();
  }

  /** Two floats of field 3, each with a tag of its own. */
  private static byte[] unpacked() throws IOException {
    UnknownFieldSet.Field values =
        UnknownFieldSet.Field.newBuilder()
            .addFixed32(Float.floatToIntBits(1))
            .addFixed32(Float.floatToIntBits(2))
            .build();
    byte[] content =
        joined(
            samples().build().toByteArray(),
            UnknownFieldSet.newBuilder().addField(3, values).build().toByteArray());
    UnknownFieldSet.Field nested =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.copyFrom(content)).build();
    return joined(
        block().build().toByteArray(),
        UnknownFieldSet.newBuilder().addField(7, nested).build().toByteArray());
  }

  private static byte[] joined(byte[]... parts) throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.write(part);
    }
    return whole.toByteArray();
  }
}
