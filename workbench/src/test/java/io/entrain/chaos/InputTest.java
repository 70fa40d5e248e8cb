package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void everyPartitionHasASessionThatOutlastsTheOthers(int partitions) {
    Map<String, Long> last = new TreeMap<>();
    for (Message message : Input.draw(1, 2, 2, partitions).messages()) {
      last.merge(message.block().session(), message.millis(), Math::max);
    }
    Set<Integer> reached = new TreeSet<>();
    last.forEach(
        (session, millis) -> {
          if (session.startsWith(Input.TAIL)) {
            assertThat(millis).isGreaterThan(last.get("chaos-0") + 3_000);
            reached.add(
                BuiltInPartitioner.partitionForKey(
                    session.getBytes(StandardCharsets.UTF_8), partitions));
          }
        });
    assertThat(reached).hasSize(partitions);
    assertThat(last).hasSize(2 + partitions);
  }
}
