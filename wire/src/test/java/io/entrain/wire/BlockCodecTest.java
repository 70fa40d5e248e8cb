package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.entrain.wire.v1.Events;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Samples;
import io.entrain.wire.v1.SignalBlock;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BlockCodecTest {
  private static final long START_NANOS = 1_000_000_000_000L;
  private static final long SPAN_NANOS = 20_000_000L;

  private final BlockCodec codec = new BlockCodec();

  static SignalBlock.Builder events() {
    return SignalBlock.newBuilder()
        .setSession("monkey-1")
        .setModality("spikes")
        .setSequence(7)
        .setStartNanos(START_NANOS)
        .setEndNanos(START_NANOS + SPAN_NANOS)
        .setEvents(
            Events.newBuilder()
                .addAllOffsetNanos(List.of(0L, 5_000L, 5_000L, SPAN_NANOS - 1))
                .addAllChannel(List.of(3, 0, 95, 12))
                .addAllMark(List.of(.5f, 1f, -2f, 0f)));
  }

  static SignalBlock.Builder samples() {
    return events()
        .setModality("lfp")
        .setSamples(
            Samples.newBuilder()
                .setRateHz(1000)
                .setChannels(2)
                .addAllValue(IntStream.range(0, 40).mapToObj(i -> i / 8f).toList()));
  }

  static SignalBlock.Builder int16() {
    SignalBlock.Builder block = samples();
    block
        .getSamplesBuilder()
        .clearValue()
        .setScale(.25f)
        .addAllInt16Value(IntStream.range(-20, 20).boxed().toList());
    return block;
  }

  private static Arguments change(
      String what,
      SignalBlock.Builder block,
      Consumer<SignalBlock.Builder> change,
      Reason reason,
      String detail) {
    change.accept(block);
    return Arguments.of(what, block.build(), reason, detail);
  }

  static Stream<Arguments> brokenBlocks() {
    return Stream.of(
        change(
            "no session",
            events(),
            b -> b.clearSession(),
            Reason.INVALID_FIELD,
            "session is empty"),
        change(
            "no modality",
            events(),
            b -> b.clearModality(),
            Reason.INVALID_FIELD,
            "modality is empty"),
        change(
            "a long session",
            events(),
            b -> b.setSession("s".repeat(201)),
            Reason.INVALID_FIELD,
            "201 characters, the limit is 200"),
        change(
            "an escape in the session",
            events(),
            b -> b.setSession("a\u001b[2J"),
            Reason.INVALID_FIELD,
            "control character"),
        change(
            "a sequence of 2^63",
            events(),
            b -> b.setSequence(Long.MIN_VALUE),
            Reason.INVALID_FIELD,
            "sequence is 9223372036854775808"),
        change(
            "an empty span",
            events(),
            b -> b.setEndNanos(START_NANOS),
            Reason.INVALID_FIELD,
            "end_nanos must be above start_nanos"),
        change(
            "a negative span",
            events(),
            b -> b.setEndNanos(START_NANOS - 1),
            Reason.INVALID_FIELD,
            "end_nanos must be above start_nanos"),
        change(
            "more than an hour",
            events(),
            b -> b.setEndNanos(START_NANOS + 3_600_000_000_001L),
            Reason.INVALID_FIELD,
            "3600000000001 ns, the limit is one hour"),
        change(
            "a span that overflows",
            events(),
            b -> b.setStartNanos(Long.MIN_VALUE).setEndNanos(Long.MAX_VALUE),
            Reason.INVALID_FIELD,
            "within ±2^62"),
        change(
            "no content",
            events(),
            b -> b.clearContent(),
            Reason.INVALID_FIELD,
            "neither events nor samples"),
        change(
            "an event without a channel",
            events(),
            b -> b.getEventsBuilder().addOffsetNanos(SPAN_NANOS - 1),
            Reason.INVALID_FIELD,
            "5 event offsets but 4 channels"),
        change(
            "an event too early",
            events(),
            b -> b.getEventsBuilder().setOffsetNanos(1, 5_001),
            Reason.EVENT_OUT_OF_ORDER,
            "event 2 stands at offset 5000 ns, must be in [5001, 20000000)"),
        change(
            "an event at the end",
            events(),
            b -> b.getEventsBuilder().setOffsetNanos(3, SPAN_NANOS),
            Reason.EVENT_OUT_OF_ORDER,
            "event 3 stands at offset 20000000 ns"),
        change(
            "an offset of 2^64 - 1",
            events(),
            b -> b.getEventsBuilder().setOffsetNanos(3, -1),
            Reason.EVENT_OUT_OF_ORDER,
            "18446744073709551615"),
        change(
            "an event on channel 2^32 - 1",
            events(),
            b -> b.getEventsBuilder().setChannel(2, -1),
            Reason.WRONG_CHANNELS,
            "event 2 is on channel 4294967295, must be below 65536"),
        change(
            "half a mark",
            events(),
            b -> b.getEventsBuilder().addMark(1),
            Reason.INVALID_FIELD,
            "5 marks for 4 events"),
        change(
            "marks of no event",
            events(),
            b -> b.getEventsBuilder().clearOffsetNanos().clearChannel(),
            Reason.INVALID_FIELD,
            "4 marks for 0 events"),
        change(
            "a mark that is NaN",
            events(),
            b -> b.getEventsBuilder().setMark(2, Float.NaN),
            Reason.NOT_FINITE,
            "mark 0 of event 2 is NaN"),
        change(
            "a sample that is NaN",
            samples(),
            b -> b.getSamplesBuilder().setValue(7, Float.NaN),
            Reason.NOT_FINITE,
            "sample 3, channel 1 is NaN"),
        change(
            "an infinite sample",
            samples(),
            b -> b.getSamplesBuilder().setValue(0, Float.NEGATIVE_INFINITY),
            Reason.NOT_FINITE,
            "sample 0, channel 0 is -Infinity"),
        change(
            "no channels",
            samples(),
            b -> b.getSamplesBuilder().clearChannels(),
            Reason.WRONG_CHANNELS,
            "0 channels"),
        change(
            "2^31 channels",
            samples(),
            b -> b.getSamplesBuilder().setChannels(Integer.MIN_VALUE),
            Reason.WRONG_CHANNELS,
            "2147483648 channels"),
        change(
            "half a sample",
            samples(),
            b -> b.getSamplesBuilder().addValue(1),
            Reason.WRONG_CHANNELS,
            "41 values do not fill 2 channels"),
        change(
            "no values",
            samples(),
            b -> b.getSamplesBuilder().clearValue(),
            Reason.INVALID_FIELD,
            "without values"),
        change(
            "both kinds of values",
            samples(),
            b -> b.getSamplesBuilder().addInt16Value(1),
            Reason.INVALID_FIELD,
            "40 float values and 1 int16 values"),
        change(
            "a rate of NaN",
            samples(),
            b -> b.getSamplesBuilder().setRateHz(Double.NaN),
            Reason.NOT_FINITE,
            "rate_hz is NaN"),
        change(
            "no rate",
            samples(),
            b -> b.getSamplesBuilder().clearRateHz(),
            Reason.INVALID_FIELD,
            "rate_hz is 0.0"),
        change(
            "a rate that does not fit",
            samples(),
            b -> b.getSamplesBuilder().setRateHz(900),
            Reason.WRONG_RATE,
            "20 samples in 20000000 ns at 900.0 Hz, must be 18.000 within one"),
        change(
            "no scale",
            int16(),
            b -> b.getSamplesBuilder().clearScale(),
            Reason.INVALID_FIELD,
            "scale of the int16 values is 0.0"),
        change(
            "a scale that overflows",
            int16(),
            b -> b.getSamplesBuilder().setScale(1e36f),
            Reason.INVALID_FIELD,
            "scale of the int16 values"),
        change(
            "a scale of infinity",
            int16(),
            b -> b.getSamplesBuilder().setScale(Float.POSITIVE_INFINITY),
            Reason.NOT_FINITE,
            "scale is Infinity"),
        change(
            "an int16 of 32768",
            int16(),
            b -> b.getSamplesBuilder().setInt16Value(4, 32768),
            Reason.INVALID_FIELD,
            "int16 value 4 is 32768"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenBlocks")
  void refusesWithReasonValueAndBound(
      String what, SignalBlock block, Reason reason, String detail) {
    for (Format format : Format.values()) {
      BlockReading reading = codec.decode(MessageCodec.BLOCK.encode(block, format));
      assertThat(reading.isAccepted()).as("%s in %s", what, format).isFalse();
      assertThat(reading.reason()).as("%s in %s", what, format).isEqualTo(reason);
      assertThat(reading.detail()).contains(detail);
    }
  }

  @Test
  void readsBackWhatItWrote() {
    Block events =
        new Block(
            "s",
            "spikes",
            3,
            -40,
            1_000,
            new Block.Events(new long[] {0, 0, 1_039}, new int[] {1, 0, 5}, new float[] {1, 2, 3}),
            null);
    Block silence =
        new Block(
            "s", "spikes", 4, 0, 1, new Block.Events(new long[0], new int[0], new float[0]), null);
    Block samples =
        new Block(
            "s",
            "lfp",
            0,
            0,
            2_000_000,
            null,
            new Block.Samples(1000, 2, new float[] {1e-30f, -0f, 3.3333333f, Float.MAX_VALUE}));
    for (Block block : List.of(events, silence, samples)) {
      assertThat(codec.decode(codec.encode(block)).block()).isEqualTo(block);
      assertThat(codec.decode(codec.encodeJson(block)).block()).isEqualTo(block);
    }
  }

  @Test
  void scalesInt16Samples() {
    Block block = codec.decode(int16().build().toByteArray()).block();
    assertThat(block.samples().sizeInSamples()).isEqualTo(20);
    assertThat(block.samples().value()).startsWith(-5f, -4.75f).endsWith(4.75f);
  }

  @Test
  void acceptsOneSampleMoreOrLessThanTheRateSays() {
    SignalBlock.Builder more = samples();
    more.getSamplesBuilder().addValue(1).addValue(1);
    assertThat(codec.decode(more.build().toByteArray()).isAccepted()).isTrue();
    more.getSamplesBuilder().addValue(1).addValue(1);
    assertThat(codec.decode(more.build().toByteArray()).reason()).isEqualTo(Reason.WRONG_RATE);
  }

  @Test
  void acceptsFieldsOfALaterVersion() {
    SignalBlock later =
        events()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                    .build())
            .build();
    assertThat(codec.decode(later.toByteArray()).isAccepted()).isTrue();
    String json =
        new String(
            codec.encodeJson(codec.decode(later.toByteArray()).block()), StandardCharsets.UTF_8);
    byte[] withField = json.replaceFirst("\\{", "{\"later\":[1],").getBytes(StandardCharsets.UTF_8);
    assertThat(codec.decode(withField).isAccepted()).isTrue();
  }

  @Test
  void refusesWhatIsNoBlock() {
    assertThat(codec.decode(null).reason()).isEqualTo(Reason.MALFORMED);
    assertThat(codec.decode(new byte[0]).reason()).isEqualTo(Reason.MALFORMED);
    assertThat(codec.decode(utf8("hello")).reason()).isEqualTo(Reason.MALFORMED);
    assertThat(codec.decode(utf8("{\"session\":")).reason()).isEqualTo(Reason.MALFORMED);
    assertThat(codec.decode(utf8("{\"sequence\": 1e9999}")).reason()).isEqualTo(Reason.MALFORMED);
    assertThat(codec.decode(new byte[] {'{', (byte) 0xff}).detail()).contains("not UTF-8");
    byte[] whole = events().build().toByteArray();
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    assertThat(codec.decode(half).reason()).isEqualTo(Reason.MALFORMED);
    assertThat(codec.decode(half).detail()).contains("not a SignalBlock in Protobuf");
  }

  @Test
  void refusesASecondJsonBlockRatherThanLoseIt() {
    String json =
        new String(
            codec.encodeJson(codec.decode(samples().build().toByteArray()).block()),
            StandardCharsets.UTF_8);
    assertThat(codec.decode(utf8(json + "\n")).isAccepted()).isTrue();
    assertThat(codec.decode(utf8(json + "\n" + json)).reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void refusesJsonThatIsNestedToExhaustTheStack() {
    String deep = "{\"later\":" + "[".repeat(1_000_000) + "]".repeat(1_000_000) + "}";
    assertThat(codec.decode(utf8(deep)).reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void refusesWhatIsLargerThanTheLimit() {
    byte[] value = events().build().toByteArray();
    assertThat(new BlockCodec(value.length).decode(value).isAccepted()).isTrue();
    BlockReading reading = new BlockCodec(value.length - 1).decode(value);
    assertThat(reading.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(reading.detail())
        .contains("%d bytes, the limit is %d".formatted(value.length, value.length - 1));
  }

  @Test
  void refusesASizeLimitOfNothing() {
    assertThatThrownBy(() -> new BlockCodec(0)).hasMessageContaining("0 bytes, must be at least 1");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void halfACharacterInJsonIsNoName() {
    String json =
        "{\"session\":\"%s\",\"modality\":\"m\",\"start_nanos\":\"0\",\"end_nanos\":\"1\",\"events\":{}}";
    byte[] half = json.formatted("\\ud800").getBytes(StandardCharsets.UTF_8);
    assertThat(codec.decode(half).reason()).isEqualTo(Reason.INVALID_FIELD);
    assertThat(codec.decode(half).detail()).contains("session holds half a character");
    byte[] whole = json.formatted("\\ud83d\\ude00").getBytes(StandardCharsets.UTF_8);
    assertThat(codec.decode(whole).block().session()).isEqualTo("\ud83d\ude00");
  }
}
