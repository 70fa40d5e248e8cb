package io.entrain.wire;

import com.google.protobuf.ByteString;
import io.entrain.wire.v1.Rejected;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Joins the letters of records that were too large for one. Feed it every letter of the topic, each
 * partition in order.
 *
 * <h2>Guarantees</h2>
 *
 * A letter in one piece comes back as it is; the last part of one comes back with key and value
 * whole. A letter that a restart of the job cut short comes again from its first part, and is
 * joined then. What is not complete is kept, one record for each place.
 */
public final class LetterParts {
  private record Place(String topic, int partition, long offset) {}

  private record Begun(int next, ByteString key, ByteString value) {
    private static final Begun NOTHING = new Begun(0, ByteString.EMPTY, ByteString.EMPTY);

    Begun with(Rejected letter) {
      return new Begun(next + 1, key.concat(letter.getKey()), value.concat(letter.getValue()));
    }
  }

  private final Map<Place, Begun> begun = new HashMap<>();

  /** Whether a letter is the only one of its record or the first of several: one a record. */
  public static boolean isFirst(Rejected letter) {
    return letter.getPart() == 0;
  }

  /** The whole letter, where {@code letter} is one or completes one. */
  public Optional<Rejected> add(Rejected letter) {
    if (letter.getParts() == 0) {
      return Optional.of(letter);
    }
    Place place = new Place(letter.getTopic(), letter.getPartition(), letter.getOffset());
    Begun before = isFirst(letter) ? Begun.NOTHING : begun.get(place);
    if (before == null || before.next() != letter.getPart()) {
      return Optional.empty();
    }
    Begun now = before.with(letter);
    if (now.next() < letter.getParts()) {
      begun.put(place, now);
      return Optional.empty();
    }
    begun.remove(place);
    return Optional.of(
        letter.toBuilder()
            .setKey(now.key())
            .setValue(now.value())
            .clearPart()
            .clearParts()
            .build());
  }
}
