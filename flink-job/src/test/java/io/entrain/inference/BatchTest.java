package io.entrain.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BatchTest {
  private static final Offset<Float> ROUNDING = within(1e-5f);

  /** What make_tiny_models.py says that the model computes, computed here. */
  @ParameterizedTest
  @EnumSource
  void givesEachRowWhatANaiveLoopComputes(BatchShape shape) {
    try (OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.CPU);
        Batch batch = model.batch(5, shape)) {
      for (int rows = 1; rows <= 5; rows++) {
        for (int row = 0; row < rows; row++) {
          TrialRows.fill(model, batch, row, 100L * rows + row);
        }
        batch.run(rows);
        for (int row = 0; row < rows; row++) {
          assertNaive(batch, row);
        }
      }
    }
  }

  private static void assertNaive(Batch batch, int row) {
    float[] nextCarry = new float[6];
    float carried = 0;
    for (int plane = 0; plane < 6; plane++) {
      nextCarry[plane] = batch.input("carry").get(row, plane) / 2;
      for (int step = 0; step < 8; step++) {
        nextCarry[plane] +=
            batch.input("spikes").get(row, step * 6 + plane)
                * batch.input("spikes_mask").get(row, step);
      }
      assertThat(batch.output("next_carry").get(row, plane)).isCloseTo(nextCarry[plane], ROUNDING);
      carried += nextCarry[plane];
    }
    for (int component = 0; component < 2; component++) {
      float level = 0;
      for (int step = 0; step < 8; step++) {
        level +=
            batch.input("lfp").get(row, step * 2 + component)
                * batch.input("lfp_mask").get(row, step)
                / 8;
      }
      float mean = level + .1f * carried;
      assertThat(batch.output("decoded").get(row, component)).isCloseTo(mean, ROUNDING);
      assertThat(batch.output("decoded_log_variance").get(row, component))
          .isCloseTo(-1 - mean / 8, ROUNDING);
    }
    float[] posterior = batch.output("lag_posterior").row(row);
    assertThat(posterior[0] + posterior[1] + posterior[2]).isCloseTo(1, ROUNDING);
    assertThat(batch.output("lag_millis").get(row, 0))
        .isCloseTo(20 * (posterior[2] - posterior[0]), ROUNDING);
    assertThat(batch.output("attention").get(row, 5)).isCloseTo(2 * posterior[2], ROUNDING);
    assertThat(batch.output("next_count").get(row, 0))
        .isCloseTo(batch.input("count").get(row, 0) + 1, ROUNDING);
  }

  @ParameterizedTest
  @EnumSource
  void statesBeginWithTheirInitialValues(BatchShape shape) {
    try (OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.CPU);
        Batch batch = model.batch(3, shape)) {
      assertThat(batch.input("carry").row(2)).containsExactly(0, 1, 2, 3, 4, 5);
      batch.run(3);
      assertThat(batch.output("next_carry").row(2)).containsExactly(0, .5f, 1, 1.5f, 2, 2.5f);
    }
  }

  static List<Path> shipped() throws IOException {
    return ShippedModels.files();
  }

  /** The guarantee behind equal output for any parallelism, arrival and restart. */
  @ParameterizedTest
  @MethodSource("shipped")
  void aRowsBitsDoNotDependOnItsBatchWhereCallsAreSingle(Path file) {
    try (OnnxModel model = OnnxModel.open(file, Provider.CPU);
        Batch alone = model.batch(1, BatchShape.SINGLE);
        Batch together = model.batch(7, BatchShape.SINGLE)) {
      Random random = new Random(5);
      for (int trial = 0; trial < 4; trial++) {
        long[] windows = random.longs(7, 0, 12).toArray();
        for (int row = 0; row < 7; row++) {
          TrialRows.fill(model, together, row, windows[row]);
        }
        together.run(7);
        for (int row = 0; row < 7; row++) {
          TrialRows.fill(model, alone, 0, windows[row]);
          alone.run(1);
          assertThat(BatchTrial.outputs(model, together, row))
              .isEqualTo(BatchTrial.outputs(model, alone, 0));
        }
      }
    }
  }

  /** What lets a GPU, where one call a row would be slow, give equal bits too. */
  @ParameterizedTest
  @MethodSource("shipped")
  void aTrainedModelDoesTheSameAtEveryPlaceOfAFixedBatch(Path file) {
    try (OnnxModel model = OnnxModel.open(file, Provider.CPU)) {
      assumeTrue(
          !"0".equals(model.contract().provenance().entries().get("training_steps")),
          file + " is not trained");
      float[][] straight = BatchShapeMeasurement.results(model, 16, 0);
      for (int turn : new int[] {1, 2, 7, 12}) {
        assertThat(BatchShapeMeasurement.results(model, 16, turn)).isDeepEqualTo(straight);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void whatStandsUnderTheMaskChangesNothing(Path file) {
    try (OnnxModel model = OnnxModel.open(file, Provider.CPU);
        Batch batch = model.batch(1, BatchShape.SINGLE)) {
      TrialRows.fill(model, batch, 0, 3);
      batch.run(1);
      float[] expected = BatchTrial.outputs(model, batch, 0);
      model
          .contract()
          .modalities()
          .forEach(
              modality -> {
                for (int step = 0; step < model.contract().stepsPerWindow(modality); step++) {
                  if (batch.input(modality.maskName()).get(0, step) == 0) {
                    batch
                        .input(modality.name())
                        .fill(0, step * modality.planes(), modality.planes(), 1e4f);
                  }
                }
              });
      batch.run(1);
      assertThat(BatchTrial.outputs(model, batch, 0)).isEqualTo(expected);
    }
  }

  @Test
  void refusesWrongCountsAndNames() {
    try (OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.CPU);
        Batch batch = model.batch(2, BatchShape.FITTED)) {
      assertThatThrownBy(() -> batch.run(0)).hasMessageContaining("rows is 0, must be 1 to 2");
      assertThatThrownBy(() -> batch.run(3)).hasMessageContaining("rows is 3, must be 1 to 2");
      assertThatThrownBy(() -> batch.input("ecg")).hasMessageContaining("no tensor \"ecg\"");
      assertThatThrownBy(() -> model.batch(0, BatchShape.FIXED))
          .hasMessageContaining("batch size is 0, must be at least 1");
    }
  }
}
