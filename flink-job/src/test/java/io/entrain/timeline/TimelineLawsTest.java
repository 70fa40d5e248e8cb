package io.entrain.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.timeline.LogStream.Jump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What becomes of every block, its reason where it is refused, and what every pane is made of, is a
 * function of the logs: not of which stream is read how far ahead of the other.
 */
class TimelineLawsTest {
  private static final int BLOCKS = 120;
  private static final int SEEDS = 300;
  private static final int READINGS = 5;

  @Test
  void withGapsRepeatsAndBlocksBeyondTheLateness() {
    holds(300, random -> List.of(List.of(), List.of()));
  }

  @Test
  void whereOneClockJumpsAndIsSetRight() {
    holds(0, random -> List.of(excursion(random), List.of()));
  }

  @Test
  void whereOneClockIsSetBackByLessOrMoreThanAJump() {
    long limit = Replay.SETTINGS.clockJumpNanos();
    holds(
        0,
        random -> {
          int from = 40 + random.nextInt(60);
          long by = -limit + 200 - random.nextInt(1_200);
          return List.of(List.of(new Jump(from, from + 5 + random.nextInt(30), by)), List.of());
        });
  }

  @Test
  void whereBothClocksJump() {
    holds(
        0,
        random -> {
          int from = 20 + random.nextInt(60);
          return List.of(
              List.of(new Jump(from, BLOCKS, 5_000)),
              List.of(new Jump(from + random.nextInt(3), BLOCKS, 5_000)));
        });
  }

  private interface Jumps {
    /** Those of each stream. */
    List<List<Jump>> draw(Random random);
  }

  private static List<Jump> excursion(Random random) {
    int from = 20 + random.nextInt(60);
    return List.of(new Jump(from, from + 5 + random.nextInt(30), 5_000));
  }

  private static void holds(int stallMillis, Jumps jumps) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<LogStream> streams = new ArrayList<>();
      for (List<Jump> ofStream : jumps.draw(random)) {
        streams.add(LogStream.of(streams.size(), BLOCKS, stallMillis, ofStream, random));
      }
      Map<String, String> inOrder = Replay.of(streams, null);
      for (int reading = 0; reading < READINGS; reading++) {
        assertThat(Replay.of(streams, new Random(1000 * seed + reading)))
            .as("seed %d, reading %d", seed, reading)
            .isEqualTo(inOrder);
      }
    }
  }
}
