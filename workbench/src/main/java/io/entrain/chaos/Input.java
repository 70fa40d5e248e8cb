package io.entrain.chaos;

import io.entrain.recording.Departure;
import io.entrain.recording.Playback;
import io.entrain.world.LagPlan;
import io.entrain.world.World;
import io.entrain.world.WorldOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * What the simulators send, a pure function of its seed: sessions of the simulated world, each with
 * a lag of its own, and one more session in each partition that goes on for a few seconds, so that
 * the watermark passes every deadline of the others.
 *
 * @param messages in the order in which they are sent
 */
record Input(List<Message> messages) {
  /** The allowed lateness and some time to spare. */
  static final int TAIL_SECONDS = 4;

  /** How the names of the sessions that go on begin. */
  static final String TAIL = "chaos-tail";

  private static final double LAG_MILLIS = 100;

  Input {
    messages = List.copyOf(messages);
  }

  /**
   * Sessions of {@code seconds} each.
   *
   * @param partitions of the topics to which they are sent
   */
  static Input draw(long seed, int sessions, int seconds, int partitions) {
    Random random = new Random(seed);
    Playback playback = new Playback();
    List<String> tails = tails(partitions);
    for (int i = 0; i < sessions + partitions; i++) {
      double lagMillis = (2 * random.nextDouble() - 1) * LAG_MILLIS;
      int length = i < sessions ? seconds : seconds + TAIL_SECONDS;
      WorldOptions options =
          new WorldOptions(
              1,
              random.nextInt(1 << 20),
              length,
              LagPlan.constant(lagMillis),
              WorldOptions.Faults.NONE);
      String id = i < sessions ? "chaos-" + i : tails.get(i - sessions);
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

  /** A name for each partition; Kafka's clients send a key to the partition of its hash. */
  private static List<String> tails(int partitions) {
    String[] tails = new String[partitions];
    int missing = partitions;
    for (int i = 0; missing > 0; i++) {
      String name = i == 0 ? TAIL : TAIL + "-" + i;
      int partition =
          BuiltInPartitioner.partitionForKey(name.getBytes(StandardCharsets.UTF_8), partitions);
      if (tails[partition] == null) {
        tails[partition] = name;
        missing--;
      }
    }
    return List.of(tails);
  }
}
