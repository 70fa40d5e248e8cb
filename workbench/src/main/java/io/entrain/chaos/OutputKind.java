package io.entrain.chaos;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.entrain.wire.Topics;
import io.entrain.wire.v1.Alignment;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Rejected;
import java.util.List;
import java.util.Locale;

/** The topics that are compared, and what identifies a record there. */
enum OutputKind {
  DECODED {
    @Override
    String topic(Topics topics) {
      return topics.decoded();
    }

    @Override
    Pane pane(byte[] value) throws InvalidProtocolBufferException {
      Decoded record = Decoded.parseFrom(value);
      return new Pane(record.getModel(), record.getWindowEndNanos());
    }

    @Override
    Message message(byte[] value) throws InvalidProtocolBufferException {
      return Decoded.parseFrom(value);
    }
  },
  ALIGNMENT {
    @Override
    String topic(Topics topics) {
      return topics.alignment();
    }

    @Override
    Pane pane(byte[] value) throws InvalidProtocolBufferException {
      Alignment record = Alignment.parseFrom(value);
      return new Pane(record.getModel(), record.getWindowEndNanos());
    }

    @Override
    Message message(byte[] value) throws InvalidProtocolBufferException {
      return Alignment.parseFrom(value);
    }
  },
  /** Dead letters; those of one session may come in any order, as its streams are read. */
  REJECTED {
    @Override
    String topic(Topics topics) {
      return topics.rejected();
    }

    /** Its place is where the refused record stood. */
    @Override
    Pane pane(byte[] value) throws InvalidProtocolBufferException {
      Rejected record = Rejected.parseFrom(value);
      return new Pane(record.getTopic(), record.getOffset());
    }

    @Override
    Message message(byte[] value) throws InvalidProtocolBufferException {
      return Rejected.parseFrom(value);
    }

    /** The topic without its prefix, which is another one in the undisturbed run. */
    @Override
    byte[] comparable(byte[] value) {
      try {
        Rejected record = Rejected.parseFrom(value);
        String topic = record.getTopic();
        return record.toBuilder()
            .setTopic(topic.substring(topic.indexOf('.') + 1))
            .build()
            .toByteArray();
      } catch (InvalidProtocolBufferException torn) {
        return value;
      }
    }

    @Override
    boolean ordered() {
      return false;
    }
  };

  /** Which pane of its session a record is of. A clock that went back makes the same one again. */
  record Pane(String model, long windowEndNanos) {}

  abstract String topic(Topics topics);

  /** Which pane the record is of; throws where it is cut short or something else. */
  abstract Pane pane(byte[] value) throws InvalidProtocolBufferException;

  /** What of a value must be the same in two runs of the same input. */
  byte[] comparable(byte[] value) {
    return value;
  }

  /** Whether records of a session come in order. */
  boolean ordered() {
    return true;
  }

  /** A decoded record. */
  static Decoded decoded(byte[] value) {
    try {
      return Decoded.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new ChaosException("the undisturbed run delivered a record that cannot be read", e);
    }
  }

  abstract Message message(byte[] value) throws InvalidProtocolBufferException;

  /** The first line in which two records differ, as text; for people. */
  String difference(byte[] expected, byte[] found) {
    try {
      List<String> wanted = TextFormat.printer().printToString(message(expected)).lines().toList();
      List<String> seen = TextFormat.printer().printToString(message(found)).lines().toList();
      for (int i = 0; i < wanted.size() && i < seen.size(); i++) {
        if (!wanted.get(i).equals(seen.get(i))) {
          return "line %d has %s instead of %s"
              .formatted(i + 1, seen.get(i).strip(), wanted.get(i).strip());
        }
      }
      return "%d lines instead of %d".formatted(seen.size(), wanted.size());
    } catch (InvalidProtocolBufferException e) {
      return e.getMessage();
    }
  }

  /** For people. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
