package io.entrain.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchTrialTest {
  private static final int CAPACITY = 16;

  static Stream<Path> shipped() throws IOException {
    return Stream.concat(
        ShippedModels.files().stream(),
        Stream.of("lag-posterior-incremental", "two-stage-incremental")
            .map(name -> ShippedModels.file("subject-11/" + name)));
  }

  /** What lets windows share calls on a CPU and keep equal bits for any arrival and restart. */
  @ParameterizedTest
  @MethodSource("shipped")
  void aShippedModelsRowHasTheSameBitsWhateverSharesItsCall(Path file) {
    try (OnnxModel model = OnnxModel.open(file, Provider.CPU);
        Batch alone = model.batch(1, BatchShape.SINGLE);
        Batch together = model.batch(CAPACITY, BatchShape.AUTO)) {
      assertThat(together.shape()).isEqualTo(BatchShape.FITTED);
      Random random = new Random(7);
      for (int trial = 0; trial < 24; trial++) {
        int rows = 1 + random.nextInt(CAPACITY);
        long[] windows = random.longs(rows, 1000, 2000).toArray();
        for (int row = 0; row < rows; row++) {
          TrialRows.fill(model, together, row, windows[row]);
        }
        together.run(rows);
        for (int row = 0; row < rows; row++) {
          TrialRows.fill(model, alone, 0, windows[row]);
          alone.run(1);
          assertThat(BatchTrial.outputs(model, together, row))
              .as("row %d of %d", row, rows)
              .isEqualTo(BatchTrial.outputs(model, alone, 0));
        }
      }
    }
  }

  @Test
  void aModelWhoseBitsDependOnTheCallIsCalledRowByRow() {
    try (OnnxModel model = OnnxModel.open(TinyModels.file("ragged"), Provider.CPU);
        Batch batch = model.batch(CAPACITY, BatchShape.AUTO)) {
      assertThat(batch.shape()).isEqualTo(BatchShape.SINGLE);
    }
  }
}
