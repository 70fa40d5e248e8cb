package io.entrain.wire;

import io.entrain.wire.v1.Events;
import io.entrain.wire.v1.Samples;
import io.entrain.wire.v1.SignalBlock;
import java.util.List;

/** Between the domain record and its message; checks nothing. */
final class BlockMessages {
  private BlockMessages() {}

  static SignalBlock toMessage(Block block) {
    SignalBlock.Builder message =
        SignalBlock.newBuilder()
            .setSession(block.session())
            .setModality(block.modality())
            .setSequence(block.sequence())
            .setStartNanos(block.startNanos())
            .setEndNanos(block.endNanos());
    if (block.events() != null) {
      message.setEvents(toMessage(block.events()));
    } else {
      message.setSamples(toMessage(block.samples()));
    }
    return message.build();
  }

  private static Events toMessage(Block.Events events) {
    Events.Builder message = Events.newBuilder();
    for (int i = 0; i < events.offsetNanos().length; i++) {
      message.addOffsetNanos(events.offsetNanos()[i]).addChannel(events.channel()[i]);
    }
    for (float mark : events.mark()) {
      message.addMark(mark);
    }
    return message.build();
  }

  private static Samples toMessage(Block.Samples samples) {
    Samples.Builder message =
        Samples.newBuilder().setRateHz(samples.rateHz()).setChannels(samples.channels());
    for (float value : samples.value()) {
      message.addValue(value);
    }
    return message.build();
  }

  static BlockFields toFields(SignalBlock message) {
    return new BlockFields(
        message.getSession(),
        message.getModality(),
        message.getSequence(),
        message.getStartNanos(),
        message.getEndNanos(),
        message.hasEvents() ? toFields(message.getEvents()) : null,
        message.hasSamples() ? toFields(message.getSamples()) : null);
  }

  private static Block.Events toFields(Events message) {
    long[] offsetNanos = new long[message.getOffsetNanosCount()];
    int[] channel = new int[message.getChannelCount()];
    for (int i = 0; i < offsetNanos.length; i++) {
      offsetNanos[i] = message.getOffsetNanos(i);
    }
    for (int i = 0; i < channel.length; i++) {
      channel[i] = message.getChannel(i);
    }
    return new Block.Events(offsetNanos, channel, floats(message.getMarkList()));
  }

  private static BlockFields.Samples toFields(Samples message) {
    int[] int16Value = new int[message.getInt16ValueCount()];
    for (int i = 0; i < int16Value.length; i++) {
      int16Value[i] = message.getInt16Value(i);
    }
    return new BlockFields.Samples(
        message.getRateHz(),
        message.getChannels(),
        floats(message.getValueList()),
        int16Value,
        message.getScale());
  }

  private static float[] floats(List<Float> list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return values;
  }
}
