package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.chaos.FaultKind.Victim;
import io.entrain.wire.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class IllsTest {
  private static final Input WHOLE = Input.draw(5, 1, 4, 1);

  static Stream<FaultKind> ofTheInput() {
    return Stream.of(FaultKind.values()).filter(kind -> kind.victim() == Victim.INPUT);
  }

  @ParameterizedTest
  @MethodSource("ofTheInput")
  void befallOneStreamForAWhileAndAreAFunctionOfTheSchedule(FaultKind kind) {
    Input ill = ill(kind, 7);
    assertThat(ill(kind, 7)).isEqualTo(ill);
    assertThat(ill).isNotEqualTo(WHOLE);
    Set<String> touched =
        Stream.concat(difference(WHOLE, ill), difference(ill, WHOLE))
            .map(message -> message.block().session() + message.block().modality())
            .collect(Collectors.toSet());
    assertThat(touched).hasSize(1).allMatch(stream -> !stream.startsWith(Input.TAIL));
    assertThat(difference(WHOLE, ill).map(Message::millis))
        .allMatch(millis -> millis >= 1000 && millis < 2000);
    assertThat(ill.messages().stream().map(Message::millis).toList()).isSorted();
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultKind.class,
      names = {"TASKMANAGER_KILL", "BROKER_KILL", "NETWORK_CUT"})
  void ofProcessesAndTheNetworkLeaveTheInputAlone(FaultKind kind) {
    assertThat(ill(kind, 7)).isEqualTo(WHOLE);
  }

  @Test
  void aCutBlockSaysTheSameInTwoParts() {
    for (long seed = 0; seed < 20; seed++) {
      List<Long> whole = events(WHOLE);
      assertThat(events(ill(FaultKind.BLOCKS_RECUT, seed))).isEqualTo(whole);
    }
  }

  /** Stamps and channels of all events, in order. */
  private static List<Long> events(Input input) {
    List<Long> events = new ArrayList<>();
    for (Message message : input.messages()) {
      Block block = message.block();
      if (block.events() != null && !block.session().equals(Input.TAIL)) {
        for (int i = 0; i < block.events().channel().length; i++) {
          events.add(block.startNanos() + block.events().offsetNanos()[i]);
          events.add((long) block.events().channel()[i]);
        }
      }
    }
    return events;
  }

  private static Input ill(FaultKind kind, long seed) {
    return Ills.of(WHOLE, new Schedule(seed, List.of(new Fault(kind, 1000, 1000))));
  }

  /** Messages of one that the other does not have as often. */
  private static Stream<Message> difference(Input one, Input other) {
    List<Message> left = new ArrayList<>(one.messages());
    other.messages().forEach(left::remove);
    return left.stream();
  }
}
