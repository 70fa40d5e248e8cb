package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineTest {
  @ParameterizedTest
  @CsvSource({"9, 1, 10", "64, 5, 13", "75, 5, 16", "80, 10, 9", "3600, 300, 13"})
  void hasAnAxisInSecondsWithAFewRoundMarks(int seconds, int step, int marks) {
    List<Integer> labels = new ArrayList<>();
    Matcher matcher = Pattern.compile("class=mark x='([^']*)'[^>]*>(\\d+)<").matcher(of(seconds));
    while (matcher.find()) {
      int second = Integer.parseInt(matcher.group(2));
      labels.add(second);
      assertThat(Double.parseDouble(matcher.group(1)))
          .isCloseTo(900.0 * second / seconds, offset(0.02));
    }
    assertThat(labels).hasSize(marks);
    for (int i = 0; i < marks; i++) {
      assertThat(labels.get(i)).isEqualTo(i * step);
    }
  }

  private static String of(int seconds) {
    ObjectNode run = JsonMapper.builder().build().createObjectNode();
    ArrayNode tenths = run.putArray("decoded_per_tenth");
    for (int i = 0; i < seconds * 10; i++) {
      tenths.add(i % 7);
    }
    run.putArray("faults").addObject().put("kind", "broker-kill").put("at_millis", 1000);
    return Timeline.of(run);
  }
}
