package io.entrain.chaos;

import io.entrain.recording.Departure;
import io.entrain.recording.Playback;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What the simulators send, a pure function of its seed: sessions of the simulated world, each with
 * a lag of its own, and one more session that goes on for a few seconds, so that the watermark
 * passes every deadline of the others.
 *
 * @param messages in the order in which they are sent
 */
record Input(List<Message> messages) {
  /** The allowed lateness and some time to spare. */
  static final int TAIL_SECONDS = 4;

  /** The session that goes on. */
  static final String TAIL = "chaos-tail";

  private static final double LAG_MILLIS = 100;

  Input {
    messages = List.copyOf(messages);
  }

  /** Sessions of {@code seconds} each. */
  static Input draw(long seed, int sessions, int seconds) {
    Random random = new Random(seed);
    Playback playback = new Playback();
    for (int i = 0; i <= sessions; i++) {
      double lagMillis = (2 * random.nextDouble() - 1) * LAG_MILLIS;
      int length = i < sessions ? seconds : seconds + TAIL_SECONDS;
      WorldOptions options =
          new WorldOptions(
              1,
              random.nextInt(1 << 20),
              length,
              LagPlan.constant(lagMillis),
              WorldOptions.Faults.NONE);
      String id = i < sessions ? "chaos-" + i : TAIL;
      playback.add(World.session(options), id, Playback.BLOCK_NANOS);
    }
    List<Message> messages = new ArrayList<>();
    long first = playback.nextNanos();
    while (playback.hasNext()) {
      Departure departure = playback.next();
      if (departure.block() != null) {
        messages.add(new Message((departure.nanos() - first) / 1_000_000, departure.block()));
      }
    }
    return new Input(messages);
  }
}
