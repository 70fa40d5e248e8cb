package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrain.wire.RepeatFilter.Finding;
import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatFilterTest {
  private static final int REMEMBERED = 100;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whateverSuffixesAreRepeatedTheOriginalIsLeft(long seed) {
    Random random = new Random(seed);
    List<Decoded> original = original(random);
    RepeatFilter filter = new RepeatFilter(REMEMBERED);
    List<Decoded> left = new ArrayList<>();
    int written = 0;
    while (written < original.size()) {
      // A restart goes back to a checkpoint, and may read the topics in another order.
      int from = Math.max(0, written - random.nextInt(REMEMBERED + 1));
      List<Decoded> repeated = new ArrayList<>(original.subList(from, written));
      if (random.nextBoolean()) {
        Collections.shuffle(repeated, random);
      }
      int to = Math.min(original.size(), written + 1 + random.nextInt(60));
      repeated.addAll(original.subList(written, to));
      for (Decoded record : repeated) {
        Finding finding = filter.look(record);
        assertThat(finding).isNotEqualTo(Finding.DIFFERENT);
        if (finding == Finding.NEW) {
          left.add(record);
        }
      }
      written = to;
      assertThat(filter.size()).isLessThanOrEqualTo(REMEMBERED);
    }
    assertThat(left).isEqualTo(original);
  }

  @Test
  void aRepeatThatDiffersInOneBitIsTold() {
    RepeatFilter filter = new RepeatFilter(REMEMBERED);
    Decoded record = window("s", 0, "aa", 7, 0.5f);
    assertThat(filter.look(record)).isEqualTo(Finding.NEW);
    assertThat(filter.look(window("s", 0, "aa", 7, Math.nextUp(0.5f))))
        .isEqualTo(Finding.DIFFERENT);
    assertThat(filter.look(record)).isEqualTo(Finding.REPEAT);
  }

  @Test
  void eachPartOfTheIdentityCounts() {
    RepeatFilter filter = new RepeatFilter(REMEMBERED);
    for (Decoded other :
        List.of(
            window("s", 0, "aa", 7, 1),
            window("sa", 0, "a", 7, 2),
            window("t", 0, "aa", 7, 3),
            window("s", 1, "aa", 7, 4),
            window("s", 0, "bb", 7, 5),
            window("s", 0, "aa", 8, 6))) {
      assertThat(filter.look(other)).isEqualTo(Finding.NEW);
    }
  }

  @Test
  void remembersAsManyAsItIsTold() {
    RepeatFilter filter = new RepeatFilter(2);
    assertThat(filter.look(window("s", 0, "aa", 1, 0))).isEqualTo(Finding.NEW);
    assertThat(filter.look(window("s", 0, "aa", 2, 0))).isEqualTo(Finding.NEW);
    assertThat(filter.look(window("s", 0, "aa", 1, 0))).isEqualTo(Finding.REPEAT);
    assertThat(filter.look(window("s", 0, "aa", 3, 0))).isEqualTo(Finding.NEW);
    assertThat(filter.look(window("s", 0, "aa", 1, 0))).isEqualTo(Finding.NEW);
    assertThatThrownBy(() -> new RepeatFilter(0)).hasMessageContaining("must be at least 1");
  }

  /** Windows of three sessions and two models, one session with a clock that jumps back. */
  private static List<Decoded> original(Random random) {
    List<Decoded> records = new ArrayList<>();
    for (int window = 0; window < 200; window++) {
      for (String session : List.of("a", "b", "c")) {
        int stretch = session.equals("c") && window >= 100 ? 1 : 0;
        String model = window < 120 ? "aa" : "bb";
        long end = stretch == 1 ? window - 100 : window;
        records.add(window(session, stretch, model, end, random.nextFloat()));
      }
    }
    return records;
  }

  private static Decoded window(
      String session, int stretch, String model, long endNanos, float mean) {
    return Decoded.newBuilder()
        .setSession(session)
        .setStretch(stretch)
        .setModelSha256(model)
        .setWindowEndNanos(endNanos)
        .addComponent(Component.newBuilder().setMean(mean))
        .build();
  }
}
