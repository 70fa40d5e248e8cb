package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Decoded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TakeoversTest {
  private static final List<String> MODELS = List.of("a", "b", "a");

  @ParameterizedTest
  @CsvSource({
    "aabba, aabba, 2, true, as announced",
    "aabba, aabb,  1, true, its recording ended before the second term",
    "aabba, aabb,  2, false, a session did not see the second",
    "aabba, ababa, 2, false, a session went back and forth",
    "aabba, bbaa,  2, false, a session began with what was not yet in force",
    "aaaaa, aaaaa, 2, false, nothing took over",
    "aacca, aabba, 2, false, a model that nobody announced",
  })
  void tellsWhetherEverySessionChangedAsAnnounced(
      String one, String other, int due, boolean clean, String what) {
    List<Output> outputs = new ArrayList<>();
    decode("s-0", one, outputs);
    decode("s-1", other, outputs);

    assertThat(Takeovers.of(outputs, MODELS, due).clean()).as(what).isEqualTo(clean);
  }

  private static void decode(String session, String models, List<Output> outputs) {
    for (String model : models.split("")) {
      Decoded record = Decoded.newBuilder().setModelSha256(model).build();
      outputs.add(new Output(OutputKind.DECODED, session, record.toByteArray()));
    }
  }
}
