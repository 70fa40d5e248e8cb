package io.entrain.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.Block;
import io.entrain.world.World;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent is what the timetable says, in the order of log time. */
class TrafficTest {
  private static final double HOURS = 0.05;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void blocksLeaveInOrderWithinTheirVisitAndNotWhereAStreamIsAway(long seed) {
    SoakPlan plan = new SoakPlan(Path.of("model.onnx"), HOURS, 3, seed, Path.of("out"), Map.of());
    List<Visit> visits = Timetable.draw(plan);
    Map<String, Visit> bySession =
        visits.stream().collect(Collectors.toMap(Visit::session, visit -> visit));
    Traffic traffic =
        new Traffic(visits, Tapes.simulate(seed, Timetable.longestSeconds(plan.lengthMillis())));
    Map<String, Long> ends = new HashMap<>();
    Set<String> streams = new HashSet<>();
    long lastMillis = 0;
    while (traffic.hasNext()) {
      Message message = traffic.next();
      Block block = message.block();
      Visit visit = bySession.get(block.session());
      assertThat(message.millis()).isGreaterThanOrEqualTo(lastMillis);
      lastMillis = message.millis();
      long inVisitMillis = message.millis() - visit.startMillis();
      assertThat(visit.gone().covers(block.modality(), inVisitMillis)).isFalse();
      assertThat(inVisitMillis).isBetween(0L, 1000L * visit.seconds() + 1000);
      String stream = block.session() + " " + block.modality();
      assertThat(block.startNanos())
          .isGreaterThanOrEqualTo(ends.getOrDefault(stream, visit.deviceNanos()));
      ends.put(stream, block.endNanos());
      streams.add(stream);
    }
    for (Visit visit : visits) {
      assertThat(streams)
          .contains(visit.session() + " " + World.SPIKES, visit.session() + " " + World.LFP);
    }
  }
}
