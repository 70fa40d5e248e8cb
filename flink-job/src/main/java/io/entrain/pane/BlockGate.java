package io.entrain.pane;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Kind;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.BlockReading;
import io.entrain.wire.v1.Reason;

/**
 * Lets in the blocks that a model can use: readable, under the right key, on the right topic, of
 * the right kind, channels, rate and marks.
 */
public final class BlockGate {
  private final ModelContract contract;
  private final BlockCodec codec;

  public BlockGate(ModelContract contract, BlockCodec codec) {
    this.contract = contract;
    this.codec = codec;
  }

  /**
   * Reads one record.
   *
   * @param modality index of the modality whose topic it came from
   * @param session the record's key
   * @param value the record's value, may be null
   */
  public BlockReading read(int modality, String session, byte[] value) {
    BlockReading reading = codec.decode(value);
    return reading.isAccepted()
        ? check(contract.modalities().get(modality), session, reading)
        : reading;
  }

  private BlockReading check(Modality expected, String session, BlockReading reading) {
    Block block = reading.block();
    if (!block.session().equals(session)) {
      return refuse(
          Reason.KEY_MISMATCH,
          "the record's key is \"%s\", its session \"%s\"; send each block under its session as the key"
              .formatted(session, block.session()));
    }
    if (!block.modality().equals(expected.name())) {
      return refuse(
          Reason.UNKNOWN_MODALITY,
          "modality \"%s\" on the topic of \"%s\"; model %s knows %s, each on a topic of its own"
              .formatted(
                  block.modality(),
                  expected.name(),
                  contract.name(),
                  contract.modalities().stream().map(Modality::name).toList()));
    }
    if ((block.events() != null) != (expected.kind() == Kind.EVENTS)) {
      return refuse(
          Reason.WRONG_KIND,
          "%s holds %s, the model asks for %s"
              .formatted(
                  expected.name(),
                  block.events() != null ? "events" : "samples",
                  expected.kind() == Kind.EVENTS ? "events" : "samples"));
    }
    return block.events() != null
        ? checkEvents(expected, reading)
        : checkSamples(expected, reading);
  }

  private static BlockReading checkEvents(Modality expected, BlockReading reading) {
    Block.Events events = reading.block().events();
    for (int channel : events.channel()) {
      if (channel < 0 || channel >= expected.channels()) {
        return refuse(
            Reason.WRONG_CHANNELS,
            "%s has an event on channel %d, the model has channels 0 to %d"
                .formatted(expected.name(), channel, expected.channels() - 1));
      }
    }
    int marks = expected.marks().size();
    if (events.mark().length != events.channel().length * marks) {
      return refuse(
          Reason.INVALID_FIELD,
          "%s has %d marks for %d events, the model asks for %d an event: %s"
              .formatted(
                  expected.name(),
                  events.mark().length,
                  events.channel().length,
                  marks,
                  expected.marks()));
    }
    return reading;
  }

  private static BlockReading checkSamples(Modality expected, BlockReading reading) {
    Block.Samples samples = reading.block().samples();
    if (samples.channels() != expected.channels()) {
      return refuse(
          Reason.WRONG_CHANNELS,
          "%s has %d channels, the model has %d"
              .formatted(expected.name(), samples.channels(), expected.channels()));
    }
    if (samples.rateHz() != expected.rateHz()) {
      return refuse(
          Reason.WRONG_RATE,
          "%s comes at %s Hz, the model asks for %d Hz; resample it before it is sent"
              .formatted(expected.name(), samples.rateHz(), expected.rateHz()));
    }
    return reading;
  }

  private static BlockReading refuse(Reason reason, String detail) {
    return new BlockReading(null, reason, detail);
  }
}
