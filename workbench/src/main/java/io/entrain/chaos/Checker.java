package io.entrain.chaos;

import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.chaos.Anomaly.Kind;
import io.entrain.chaos.OutputKind.Pane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what a reader saw against what the undisturbed run of the same input delivered, record by
 * record and bit by bit.
 *
 * <h2>Guarantees</h2>
 *
 * Nothing is found if and only if the records of every session on every topic are the same, in the
 * same order; in at-least-once mode after those are taken out that repeat an earlier one to the
 * bit. Every record is accounted for once: a wrong value is not lost as well.
 */
public final class Checker {
  /** Records of one session on one topic. */
  private record Stream(OutputKind kind, String session) {}

  /** A pane of a session, whatever the topic. */
  private record Place(String session, Pane pane) {}

  /** A record that must come. */
  private static final class Expected {
    final int position;
    final Pane pane;
    final byte[] value;
    boolean came;

    Expected(int position, Pane pane, byte[] value) {
      this.position = position;
      this.pane = pane;
      this.value = value;
    }
  }

  private final boolean repeatsAllowed;
  private final Map<Stream, Map<Pane, List<Expected>>> expected = new LinkedHashMap<>();
  private final Map<Stream, Integer> reached = new LinkedHashMap<>();
  private final List<Anomaly> anomalies = new ArrayList<>();
  private int compared;
  private int repeats;

  private Checker(boolean repeatsAllowed) {
    this.repeatsAllowed = repeatsAllowed;
  }

  /**
   * Compares two runs.
   *
   * @param undisturbed what must come, each topic in order
   * @param delivered what came, each topic in order
   * @param repeatsAllowed whether the job delivers at least once
   */
  static Verdict compare(List<Output> undisturbed, List<Output> delivered, boolean repeatsAllowed) {
    Checker checker = new Checker(repeatsAllowed);
    undisturbed.forEach(checker::expect);
    delivered.forEach(checker::look);
    checker.missing();
    return new Verdict(checker.compared, checker.repeats, checker.anomalies);
  }

  private void expect(Output output) {
    Map<Pane, List<Expected>> panes =
        expected.computeIfAbsent(
            new Stream(output.kind(), output.session()), unused -> new LinkedHashMap<>());
    try {
      Pane pane = output.kind().pane(output.value());
      panes
          .computeIfAbsent(pane, unused -> new ArrayList<>())
          .add(new Expected(compared, pane, output.value()));
      compared++;
    } catch (InvalidProtocolBufferException e) {
      throw new ChaosException("the undisturbed run delivered a record that cannot be read", e);
    }
  }

  private void look(Output output) {
    Stream stream = new Stream(output.kind(), output.session());
    Pane pane;
    try {
      pane = output.kind().pane(output.value());
    } catch (InvalidProtocolBufferException unreadable) {
      found(Kind.TORN, stream, null);
      return;
    }
    List<Expected> candidates =
        expected.getOrDefault(stream, Map.of()).getOrDefault(pane, List.of());
    if (candidates.isEmpty()) {
      found(startsOne(stream, output.value()) ? Kind.TORN : Kind.UNEXPECTED, stream, pane);
      return;
    }
    for (Expected candidate : candidates) {
      if (!candidate.came && Arrays.equals(candidate.value, output.value())) {
        came(stream, candidate);
        return;
      }
    }
    differs(stream, pane, candidates, output.value());
  }

  private void came(Stream stream, Expected record) {
    record.came = true;
    int before = reached.getOrDefault(stream, -1);
    if (stream.kind().ordered() && record.position < before) {
      found(Kind.REORDERED, stream, record.pane);
    } else {
      reached.put(stream, record.position);
    }
  }

  /** A record of a known pane that is none of those which are still to come. */
  private void differs(Stream stream, Pane pane, List<Expected> candidates, byte[] value) {
    boolean repeat = false;
    boolean cut = false;
    Expected open = null;
    for (Expected candidate : candidates) {
      repeat |= candidate.came && Arrays.equals(candidate.value, value);
      cut |= startsWith(candidate.value, value);
      open = open == null && !candidate.came ? candidate : open;
    }
    if (repeat) {
      repeats++;
      if (!repeatsAllowed) {
        found(Kind.DUPLICATE, stream, pane);
      }
      return;
    }
    Expected meant = open == null ? candidates.get(candidates.size() - 1) : open;
    meant.came = true;
    anomalies.add(
        new Anomaly(
            cut ? Kind.TORN : Kind.WRONG_VALUE,
            where(stream, pane) + ": " + stream.kind().difference(meant.value, value)));
  }

  private boolean startsOne(Stream stream, byte[] part) {
    return expected.getOrDefault(stream, Map.of()).values().stream()
        .flatMap(List::stream)
        .anyMatch(record -> startsWith(record.value, part));
  }

  private static boolean startsWith(byte[] whole, byte[] part) {
    return part.length < whole.length && Arrays.equals(whole, 0, part.length, part, 0, part.length);
  }

  /** What never came; torn where the pane's record on another topic did. */
  private void missing() {
    Set<Place> seen = new HashSet<>();
    expected.forEach(
        (stream, panes) ->
            panes.forEach(
                (pane, records) -> {
                  if (records.stream().allMatch(record -> record.came)) {
                    seen.add(new Place(stream.session(), pane));
                  }
                }));
    expected.forEach(
        (stream, panes) ->
            panes.forEach(
                (pane, records) -> {
                  boolean half = seen.contains(new Place(stream.session(), pane));
                  for (Expected record : records) {
                    if (!record.came) {
                      found(half ? Kind.TORN : Kind.LOST, stream, pane);
                    }
                  }
                }));
  }

  private void found(Kind kind, Stream stream, Pane pane) {
    anomalies.add(new Anomaly(kind, where(stream, pane)));
  }

  private static String where(Stream stream, Pane pane) {
    String where = stream.kind().word() + " of session " + stream.session();
    return pane == null
        ? where + ": a record that cannot be read"
        : "%s, model %s, window end %d ns".formatted(where, pane.model(), pane.windowEndNanos());
  }
}
