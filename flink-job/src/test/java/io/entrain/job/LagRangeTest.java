package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.Kind;
import io.entrain.contract.ModelContract.LagOutput;
import io.entrain.contract.ModelContract.Modality;
import io.entrain.contract.ModelContract.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the setting makes of a model's grid, and which settings a job is refused for. */
class LagRangeTest {
  private static final float[] GRID = {-20, -10, 0, 10, 20};
  private static final ModelContract TOLD = model("told", GRID, true);
  private static final ModelContract DEAF = model("deaf", GRID, false);
  private static final ModelContract NO_LAG = model("early", null, false);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aRangeAllowsTheLagsInsideItBothEndsIncluded(long seed) {
    Random random = new Random(seed);
    float[] grid = grid(random);
    int from = random.nextInt(grid.length);
    int to = from + random.nextInt(grid.length - from);
    float[] weights = weights(grid, grid[from] + ".." + grid[to]);
    for (int i = 0; i < grid.length; i++) {
      assertThat(weights[i]).isEqualTo(from <= i && i <= to ? 1 : 0);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8, 9, 10})
  void aPinnedLagIsSharedByTheLagsAroundItSoThatTheirMeanIsTheLag(long seed) {
    Random random = new Random(seed);
    float[] grid = grid(random);
    int below = random.nextInt(grid.length - 1);
    float nearness = random.nextInt(4) / 4f;
    double lag = grid[below] + nearness * (grid[below + 1] - grid[below]);
    float[] weights = weights(grid, Double.toString(lag));
    double mean = 0;
    for (int i = 0; i < grid.length; i++) {
      assertThat(weights[i]).isBetween(0f, i == below || i == below + 1 ? 1f : 0f);
      mean += weights[i] * grid[i];
    }
    assertThat(mean).isCloseTo(lag, within(1e-3));
    assertThat(weights[below] + weights[below + 1]).isCloseTo(1, within(1e-6f));
  }

  @Test
  void aLagOfTheGridIsPinnedAloneAtEitherEndToo() {
    assertThat(weights(GRID, "-20")).containsExactly(1, 0, 0, 0, 0);
    assertThat(weights(GRID, "-0")).containsExactly(0, 0, 1, 0, 0);
    assertThat(weights(GRID, "20.0")).containsExactly(0, 0, 0, 0, 1);
    assertThat(weights(GRID, " 12.5 ")).containsExactly(0, 0, 0, .75f, .25f);
  }

  @Test
  void withoutASettingAModelIsFedItsOwnInitialValues() {
    assertThat(weights(GRID, "")).containsExactly(1, 1, 1, 1, 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-20.5..10 | it must lie within the lags of model told, -20.0..20.0",
        "0..21     | it must lie within the lags of model told, -20.0..20.0",
        "400       | it must lie within the lags of model told, -20.0..20.0",
        "1..9      | it must hold a lag of model told, which knows 0.0 and 10.0",
        "12..12    | it must hold a lag of model told, which knows 10.0 and 20.0",
      })
  void whatDoesNotFitTheGridIsRefusedWithTheGrid(String setting, String bound) {
    refuses(setting, "lag-range-millis is \"" + setting + "\"; " + bound, TOLD);
  }

  @Test
  void aModelThatCannotBeToldIsRefusedAndOneWithoutALagIsNotWhereAnotherIsTold() {
    LagRange.parse("-10..10").check(List.of(NO_LAG, TOLD));
    refuses("12", "because model deaf cannot be told which lags are allowed", TOLD, DEAF);
    refuses("12", "because none of the models [early] finds a lag", NO_LAG);
    LagRange.parse("").check(List.of(NO_LAG, DEAF));
  }

  @Test
  void aJobIsRefusedWhereItIsStarted() {
    Map<String, String> settings = Map.of("models", DecodeHarness.tinyModel("tiny"));
    JobConfig old = JobConfig.of(settings);
    assertThat(JobModel.open(old)).hasSize(1);
    assertThatThrownBy(() -> JobModel.open(old.with("lag-range-millis", "0")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("model tiny cannot be told");
  }

  private static void refuses(String setting, String message, ModelContract... models) {
    LagRange range = LagRange.parse(setting);
    assertThatThrownBy(() -> range.check(List.of(models)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lag-range-millis is \"" + setting + "\"")
        .hasMessageContaining(message);
  }

  private static float[] weights(float[] grid, String setting) {
    return LagRange.parse(setting).weights(model("m", grid, true));
  }

  private static float[] grid(Random random) {
    float[] grid = new float[2 + random.nextInt(40)];
    grid[0] = -random.nextInt(300) - .5f;
    for (int i = 1; i < grid.length; i++) {
      grid[i] = grid[i - 1] + .25f + random.nextInt(30) / 4f;
    }
    return grid;
  }

  private static ModelContract model(String name, float[] grid, boolean told) {
    List<State> states = new ArrayList<>();
    LagOutput lag = null;
    if (grid != null) {
      float[] ones = new float[grid.length];
      Arrays.fill(ones, 1);
      states.add(new State("open", "next_open", List.of(grid.length), ones));
      lag = new LagOutput("a", "b", grid, "posterior", "millis", null, told ? "open" : null);
    }
    Modality modality = new Modality("a", Kind.EVENTS, 1, 1, 0, List.of(), "count");
    return new ModelContract(name, 20, 1, 0, List.of(modality), states, List.of(), lag, null, null);
  }
}
