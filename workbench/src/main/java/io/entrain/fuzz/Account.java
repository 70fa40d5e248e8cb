package io.entrain.fuzz;

import io.entrain.wire.Block;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.BlockReading;
import io.entrain.wire.LetterParts;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what was sent against what came back.
 *
 * <p>Right is a record that stands on the dead-letter topic once, with key, value, log time and
 * place as they were sent, for a reason that its mutation allows; or one that may be decoded, is a
 * block, and can be seen in decoded output.
 */
final class Account {
  private static final int MOST_FINDINGS = 40;

  private final Map<Place, Sent> sent;
  private final DecodedPanes panes;
  private final BlockCodec codec;
  private final LetterParts parts = new LetterParts();
  private final Set<Place> refused = new HashSet<>();
  private final Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
  private final List<String> findings = new ArrayList<>();
  private long wrong;
  private long used;
  private long seen;

  Account(Map<Place, Sent> sent, DecodedPanes panes, int maxRecordBytes) {
    this.sent = sent;
    this.panes = panes;
    codec = new BlockCodec(maxRecordBytes);
  }

  /** A dead letter, or a part of one. */
  void letter(Rejected letter) {
    parts.add(letter).ifPresent(this::wholeLetter);
  }

  private void wholeLetter(Rejected letter) {
    reasons.merge(letter.getReason(), 1L, Long::sum);
    Place place = new Place(letter.getTopic(), letter.getPartition(), letter.getOffset());
    Sent record = sent.get(place);
    String problem = problem(letter, record);
    boolean again = !refused.add(place);
    if (again || problem != null) {
      find(
          "%s: %s: letter %s (%s)"
              .formatted(place, record, again ? "comes again" : problem, letter.getDetail()));
    }
  }

  private static String problem(Rejected letter, Sent record) {
    if (record == null) {
      return "of a record that was never sent";
    }
    long fingerprint =
        Fingerprint.of(
            letter.getKey().toByteArray(),
            letter.getValue().toByteArray(),
            letter.getTimestampMillis());
    if (fingerprint != record.fingerprint()) {
      return "is not whole";
    }
    if (letter.getDetail().isEmpty() || !record.mutation().allows(letter.getReason())) {
      return "is for " + letter.getReason();
    }
    return null;
  }

  /** A record as it stands in its topic; after all letters and all decoded panes. */
  void record(Place place, int modality, byte[] value) {
    Sent record = sent.get(place);
    if (record == null) {
      find(place + ": never sent");
      return;
    }
    seen++;
    if (refused.contains(place)) {
      return;
    }
    String problem = problem(record, codec.decode(value), modality);
    if (problem == null) {
      used++;
    } else {
      find("%s: %s: no letter, and %s".formatted(place, record, problem));
    }
  }

  private String problem(Sent record, BlockReading reading, int modality) {
    if (!record.mutation().usable() || !reading.isAccepted()) {
      return "it must not be used (" + reading.detail() + ")";
    }
    Block block = reading.block();
    return panes.shows(block, modality)
        ? null
        : "no decoded pane of session %s shows [%d, %d) ns"
            .formatted(block.session(), block.startNanos(), block.endNanos());
  }

  private void find(String what) {
    wrong++;
    if (findings.size() < MOST_FINDINGS) {
      findings.add(what);
    }
  }

  /** The report; a record that was not read back from its topic is wrong, too. */
  FuzzReport report(Running running) {
    return new FuzzReport(
        sent.size(),
        used,
        refused.size(),
        reasons,
        panes.size(),
        panes.notFinite(),
        running.failure(),
        findings,
        wrong + sent.size() - seen,
        running.heapBytes(),
        running.seconds());
  }

  /** How the job ran. */
  record Running(String failure, List<Long> heapBytes, double seconds) {}
}
