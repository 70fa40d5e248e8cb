package io.entrain.wire;

import io.entrain.wire.v1.Events;
import io.entrain.wire.v1.Samples;
import io.entrain.wire.v1.SignalBlock;

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

  static Block toBlock(SignalBlock message) {
    return new Block(
        message.getSession(),
        message.getModality(),
        message.getSequence(),
        message.getStartNanos(),
        message.getEndNanos(),
        message.hasEvents() ? toEvents(message.getEvents()) : null,
        message.hasSamples() ? toSamples(message.getSamples()) : null);
  }

  private static Block.Events toEvents(Events message) {
    long[] offsetNanos = new long[message.getOffsetNanosCount()];
    int[] channel = new int[message.getChannelCount()];
    float[] mark = new float[message.getMarkCount()];
    for (int i = 0; i < offsetNanos.length; i++) {
      offsetNanos[i] = message.getOffsetNanos(i);
      channel[i] = message.getChannel(i);
    }
    for (int i = 0; i < mark.length; i++) {
      mark[i] = message.getMark(i);
    }
    return new Block.Events(offsetNanos, channel, mark);
  }

  private static Block.Samples toSamples(Samples message) {
    float[] value = new float[message.getValueCount() + message.getInt16ValueCount()];
    for (int i = 0; i < message.getValueCount(); i++) {
      value[i] = message.getValue(i);
    }
    for (int i = 0; i < message.getInt16ValueCount(); i++) {
      value[i] = message.getInt16Value(i) * message.getScale();
    }
    return new Block.Samples(message.getRateHz(), message.getChannels(), value);
  }
}
