package io.entrain.bench.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs contestants in turn, A B C A B C, so that what else the machine does falls on all of them
 * alike and two runs of one round can be set against each other.
 */
public final class Race {
  private Race() {}

  /**
   * Runs every contestant as often as the scale says.
   *
   * @return for each name the results in the order of the rounds, without the warm-up
   */
  public static <T> Map<String, List<T>> run(Scale scale, List<Contestant<T>> contestants)
      throws Exception {
    Map<String, List<T>> results = new LinkedHashMap<>();
    contestants.forEach(contestant -> results.put(contestant.name(), new ArrayList<>()));
    if (results.size() < contestants.size()) {
      throw new IllegalArgumentException("two contestants have one name: " + contestants);
    }
    for (int round = -scale.warmups(); round < scale.repeats(); round++) {
      for (Contestant<T> contestant : contestants) {
        T result = contestant.work().call();
        if (round >= 0) {
          results.get(contestant.name()).add(result);
        }
      }
    }
    return results;
  }
}
