package io.entrain.fuzz;

import com.google.protobuf.UnknownFieldSet;
import io.entrain.wire.v1.Events;
import io.entrain.wire.v1.Samples;

/** What goes wrong in the fields of a block. */
final class FieldMutations {
  private FieldMutations() {}

  static void wrongTopic(Draft draft) {
    if (draft.modalities.size() == 1) {
      draft.block.setModality("accelerometer");
    }
    draft.modality = (draft.modality + 1) % draft.modalities.size();
  }

  static void unknownFields(Draft draft) {
    UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();
    for (int i = 0; i < draft.random.nextInt(1, 100); i++) {
      fields.mergeField(
          draft.random.nextInt(100, 1 << 20),
          UnknownFieldSet.Field.newBuilder().addFixed64(draft.random.nextLong()).build());
    }
    draft.block.setUnknownFields(fields.build());
  }

  static void otherKind(Draft draft) {
    if (draft.block.hasEvents()) {
      draft.block.setSamples(Samples.newBuilder().setRateHz(50).setChannels(1).addValue(0));
    } else {
      draft.block.setEvents(Events.getDefaultInstance());
    }
  }

  /** One value more or fewer than the others say there are. */
  static void wrongSize(Draft draft) {
    if (draft.block.hasEvents()) {
      draft.block.getEventsBuilder().addChannel(0);
    } else {
      Samples.Builder samples = draft.block.getSamplesBuilder();
      switch (draft.random.nextInt(4)) {
        case 0 -> samples.addValue(1);
        case 1 -> samples.addInt16Value(1);
        case 2 -> samples.clearValue();
        default -> samples.setChannels(Integer.MAX_VALUE);
      }
    }
  }

  static void badChannel(Draft draft) {
    int channels = draft.modalities.get(draft.modality).channels();
    if (draft.block.hasEvents()) {
      Events.Builder events = draft.block.getEventsBuilder();
      events.setChannel(0, draft.oneOf(channels, 1 << 16, Integer.MAX_VALUE, -1));
    } else {
      draft.block.getSamplesBuilder().setChannels(draft.oneOf(0, channels + 1, 1 << 20, -1));
    }
  }

  static void badRateOrOffset(Draft draft) {
    if (draft.block.hasEvents()) {
      long spanNanos = draft.block.getEndNanos() - draft.block.getStartNanos();
      Events.Builder events = draft.block.getEventsBuilder();
      events.setOffsetNanos(0, draft.oneOf(spanNanos, Long.MAX_VALUE, -1L, Long.MIN_VALUE));
    } else {
      draft
          .block
          .getSamplesBuilder()
          .setRateHz(
              draft.oneOf(0d, -1d, 1e300, Double.MIN_VALUE, Double.NaN, 17d, 1 / 0d, -1 / 0d));
    }
  }

  static void notFinite(Draft draft) {
    float value = draft.oneOf(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    if (draft.block.hasEvents()) {
      Events.Builder events = draft.block.getEventsBuilder();
      int marks = draft.modalities.get(draft.modality).marks().size();
      events.clearMark();
      for (int i = Math.max(1, marks) * events.getChannelCount(); i > 0; i--) {
        events.addMark(value);
      }
    } else {
      Samples.Builder samples = draft.block.getSamplesBuilder();
      samples.setValue(draft.random.nextInt(samples.getValueCount()), value);
    }
  }

  /** Finite, so a block may hold them. */
  static void hugeValues(Draft draft) {
    if (draft.block.hasSamples()) {
      Samples.Builder samples = draft.block.getSamplesBuilder();
      for (int i = 0; i < samples.getValueCount(); i++) {
        samples.setValue(
            i, draft.oneOf(Float.MAX_VALUE, -Float.MAX_VALUE, 1e20f, Float.MIN_VALUE, -0f));
      }
    }
  }
}
