package io.entrain.fuzz;

import static io.entrain.wire.v1.Reason.BACK_IN_TIME;
import static io.entrain.wire.v1.Reason.CLOCK_JUMP;
import static io.entrain.wire.v1.Reason.EVENT_OUT_OF_ORDER;
import static io.entrain.wire.v1.Reason.INVALID_FIELD;
import static io.entrain.wire.v1.Reason.KEY_MISMATCH;
import static io.entrain.wire.v1.Reason.MALFORMED;
import static io.entrain.wire.v1.Reason.NOT_FINITE;
import static io.entrain.wire.v1.Reason.TOO_LARGE;
import static io.entrain.wire.v1.Reason.TOO_LATE;
import static io.entrain.wire.v1.Reason.UNKNOWN_MODALITY;
import static io.entrain.wire.v1.Reason.WRONG_CHANNELS;
import static io.entrain.wire.v1.Reason.WRONG_KIND;
import static io.entrain.wire.v1.Reason.WRONG_RATE;

import io.entrain.wire.v1.Reason;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What may be done to a valid record, and what the job may then make of it.
 *
 * <p>A mutation that is always wrong names the reasons that are right, and the job must refuse it
 * for one of them. One that may leave a good record ({@link #usable}) may be decoded, too.
 */
@SuppressWarnings("ImmutableEnumChecker") // sets of reasons and functions without state
public enum Mutation {
  /** Nothing: the stream around the others. Refused only for what the others did to its session. */
  NONE(Outcome.inTime(), 0, draft -> {}),

  // Bytes.
  BIT_FLIPS(Outcome.any(), 20, ByteMutations::flipBits),
  TRUNCATED(Outcome.any(), 20, ByteMutations::truncate),
  PADDED(Outcome.any(), 10, ByteMutations::pad),
  NOISE(Outcome.any(), 10, draft -> draft.value(draft.noise(draft.random.nextInt(1, 4096)))),
  EMPTY(Outcome.refused(MALFORMED), 10, draft -> draft.value(new byte[0])),
  TOMBSTONE(Outcome.refused(MALFORMED), 10, draft -> draft.value(null)),
  TOO_BIG(Outcome.refused(TOO_LARGE), .02, ByteMutations::oversize),
  BOMB(Outcome.refused(TOO_LARGE), .01, ByteMutations::bomb),
  BOMB_WITHIN_THE_LIMIT(Outcome.refused(WRONG_CHANNELS, WRONG_RATE), .02, ByteMutations::fullBomb),

  // JSON.
  JSON(Outcome.inTime(), 10, JsonMutations::print),
  JSON_FLIPPED(Outcome.any(), 10, JsonMutations::flip),
  JSON_TRUNCATED(Outcome.refused(MALFORMED), 10, JsonMutations::truncate),
  JSON_TWICE(Outcome.refused(MALFORMED), 10, JsonMutations::twice),
  JSON_DEEP(Outcome.refused(MALFORMED, INVALID_FIELD), 2, JsonMutations::nest),
  JSON_LONG(Outcome.refused(MALFORMED, INVALID_FIELD, WRONG_CHANNELS), .05, JsonMutations::fill),
  JSON_NUMBERS(Outcome.any(), 10, JsonMutations::numbers),

  // Keys and topics.
  NO_KEY(Outcome.refused(KEY_MISMATCH), 10, draft -> draft.key = null),
  WRONG_KEY(Outcome.refused(KEY_MISMATCH), 10, draft -> draft.key = new byte[] {'?'}),
  KEY_NOT_UTF8(Outcome.refused(KEY_MISMATCH), 10, draft -> draft.key = draft.noise(12)),
  LONG_KEY(Outcome.refused(KEY_MISMATCH), .1, draft -> draft.key = draft.noise(1 << 20)),
  WRONG_TOPIC(Outcome.refused(UNKNOWN_MODALITY), 10, FieldMutations::wrongTopic),
  NO_SUCH_MODALITY(
      Outcome.refused(UNKNOWN_MODALITY), 10, draft -> draft.block.setModality("accelerometer")),

  // Fields.
  UNKNOWN_FIELDS(Outcome.inTime(), 10, FieldMutations::unknownFields),
  NO_CONTENT(Outcome.refused(INVALID_FIELD), 10, draft -> draft.block.clearContent()),
  OTHER_KIND(Outcome.refused(WRONG_KIND, INVALID_FIELD, WRONG_RATE), 10, FieldMutations::otherKind),
  NO_SESSION(Outcome.refused(INVALID_FIELD), 10, draft -> draft.session("")),
  LONG_SESSION(Outcome.refused(INVALID_FIELD), 5, draft -> draft.session("s".repeat(100_000))),
  CONTROL_SESSION(Outcome.refused(INVALID_FIELD), 10, draft -> draft.session("a\u001b[2J\0")),
  HUGE_SEQUENCE(Outcome.refused(INVALID_FIELD), 10, draft -> draft.block.setSequence(-1)),
  WRONG_SIZE(
      Outcome.refused(WRONG_CHANNELS, WRONG_RATE, INVALID_FIELD), 20, FieldMutations::wrongSize),
  BAD_CHANNEL(Outcome.refused(WRONG_CHANNELS, WRONG_RATE), 10, FieldMutations::badChannel),
  BAD_RATE_OR_OFFSET(
      Outcome.refused(WRONG_RATE, INVALID_FIELD, NOT_FINITE, EVENT_OUT_OF_ORDER),
      10,
      FieldMutations::badRateOrOffset),
  NAN(Outcome.refused(NOT_FINITE, INVALID_FIELD), 20, FieldMutations::notFinite),
  HUGE_VALUES(Outcome.inTime(), 5, FieldMutations::hugeValues),

  // Time.
  REPEATED(Outcome.inTime(), 10, draft -> {}),
  NO_SPAN(Outcome.refused(INVALID_FIELD), 10, TimeMutations::noSpan),
  ABSURD_SPAN(Outcome.refused(INVALID_FIELD), 10, TimeMutations::absurdSpan),
  ABSURD_STAMP(Outcome.any(), 10, TimeMutations::absurdStamp),
  LEAP(Outcome.inTime(), 1, TimeMutations::leap),
  BACKWARDS(Outcome.inTime(), 10, TimeMutations::backwards),
  LONG_SPAN(Outcome.any(), .2, TimeMutations::longSpan),
  LATE_LOG_TIME(Outcome.inTime(), 5, draft -> draft.timestampMillis -= 30_000),
  SESSION_OF_ONE_BLOCK(
      Outcome.inTime(),
      10,
      draft -> draft.session("once-" + Long.toHexString(draft.random.nextLong())));

  private final Outcome outcome;
  private final double weight;
  private final Consumer<Draft> change;

  Mutation(Outcome outcome, double weight, Consumer<Draft> change) {
    this.outcome = outcome;
    this.weight = weight;
    this.change = change;
  }

  /** Whether the job may use such a record. */
  public boolean usable() {
    return outcome.usable();
  }

  /** Whether the job may refuse such a record for this reason. */
  public boolean allows(Reason reason) {
    return outcome.reasons().contains(reason);
  }

  /** How often it comes, relative to the others. */
  double weight() {
    return weight;
  }

  void change(Draft draft) {
    change.accept(draft);
  }

  /** What the job may make of a record. */
  private record Outcome(boolean usable, Set<Reason> reasons) {
    static Outcome refused(Reason... reasons) {
      return new Outcome(false, Set.of(reasons));
    }

    /** A good record, unless its time is gone or its clock is off. */
    static Outcome inTime() {
      return new Outcome(true, Set.of(BACK_IN_TIME, TOO_LATE, CLOCK_JUMP));
    }

    static Outcome any() {
      return new Outcome(
          true,
          Set.of(
              MALFORMED,
              INVALID_FIELD,
              KEY_MISMATCH,
              UNKNOWN_MODALITY,
              WRONG_KIND,
              WRONG_CHANNELS,
              WRONG_RATE,
              NOT_FINITE,
              EVENT_OUT_OF_ORDER,
              BACK_IN_TIME,
              TOO_LATE,
              CLOCK_JUMP));
    }
  }
}
