package io.entrain.chaos;

import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often the sessions changed their model. Each must change once for every announcement whose
 * term began while it was being recorded, in the order in which they were announced, and never
 * back.
 *
 * @param announced models that were announced
 * @param least changes of the session with the fewest, most those of the one with the most
 * @param most see {@code least}
 * @param inOrder whether no session decoded with another model than the one whose turn it was
 * @param due changes that every session must have seen
 */
public record Takeovers(int announced, int least, int most, boolean inOrder, int due) {
  /** Whether every session changed as announced. */
  public boolean clean() {
    return inOrder && least >= due && most <= announced;
  }

  /** In one line. */
  public String line() {
    return "%d models announced: sessions changed %d to %d times, %s"
        .formatted(announced, least, most, clean() ? "as announced" : "NOT as announced");
  }

  /**
   * Counts them.
   *
   * @param outputs of a run, each topic in order and without repeats
   * @param models hashes in the order in which they are to decode, that of the start first
   * @param due changes that every session must have seen
   */
  static Takeovers of(List<Output> outputs, List<String> models, int due) {
    Map<String, List<String>> bySession = new TreeMap<>();
    for (Output output : outputs) {
      if (output.kind() == OutputKind.DECODED) {
        Decoded record = OutputKind.decoded(output.value());
        List<String> turns =
            bySession.computeIfAbsent(output.session(), unused -> new ArrayList<>());
        if (turns.isEmpty() || !turns.get(turns.size() - 1).equals(record.getModelSha256())) {
          turns.add(record.getModelSha256());
        }
      }
    }
    int least = bySession.values().stream().mapToInt(List::size).min().orElse(1) - 1;
    int most = bySession.values().stream().mapToInt(List::size).max().orElse(1) - 1;
    boolean inOrder =
        bySession.values().stream()
            .allMatch(
                turns ->
                    turns.size() <= models.size() && turns.equals(models.subList(0, turns.size())));
    return new Takeovers(models.size() - 1, least, most, inOrder, due);
  }
}
