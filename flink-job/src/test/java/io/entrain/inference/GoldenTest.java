package io.entrain.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Java gives what Python gave: inputs and outputs in model/golden, written by entrain_model. */
class GoldenTest {
  private static final Path GOLDEN = ShippedModels.root().resolve("model/golden");

  @Test
  void everyGoldenFolderIsOfAShippedModel() throws IOException {
    for (Path folder : folders()) {
      assertThat(model(head(folder))).exists();
    }
  }

  @ParameterizedTest
  @EnumSource
  void outputsAreThoseOfPythonWithinTheStatedTolerance(BatchShape shape) throws IOException {
    for (Path folder : folders()) {
      JsonNode head = head(folder);
      try (OnnxModel model = OnnxModel.open(model(head), Provider.CPU)) {
        assertThat(model.sha256())
            .as("%s was written for another file: run ./entrain golden", folder)
            .isEqualTo(head.get("model_sha256").textValue());
        check(folder, head, model, shape);
      }
    }
  }

  private static void check(Path folder, JsonNode head, OnnxModel model, BatchShape shape)
      throws IOException {
    int rows = head.get("batch").intValue();
    float tolerance = head.get("tolerance").floatValue();
    try (Batch batch = model.batch(rows + 1, shape)) {
      Set<String> fed = new HashSet<>();
      for (JsonNode entry : head.get("inputs")) {
        fed.add(entry.get("name").textValue());
        TensorRows tensor = batch.input(entry.get("name").textValue());
        float[] values = values(folder, entry);
        assertThat(values).hasSize(rows * tensor.rowSize());
        for (int row = 0; row < rows; row++) {
          tensor.put(row, 0, values, row * tensor.rowSize(), tensor.rowSize());
        }
      }
      assertThat(fed).isEqualTo(model.contract().inputs().keySet());
      batch.run(rows);
      Set<String> checked = new HashSet<>();
      for (JsonNode entry : head.get("outputs")) {
        String name = entry.get("name").textValue();
        checked.add(name);
        assertClose(folder + " " + name, batch.output(name), values(folder, entry), tolerance);
      }
      assertThat(checked).isEqualTo(model.contract().results().keySet());
    }
  }

  /** The tolerance is relative above 1 and absolute below: lags are in milliseconds. */
  private static void assertClose(
      String what, TensorRows found, float[] expected, float tolerance) {
    for (int i = 0; i < expected.length; i++) {
      float value = found.get(i / found.rowSize(), i % found.rowSize());
      float bound = tolerance * Math.max(1, Math.abs(expected[i]));
      assertThat(Math.abs(value - expected[i]))
          .as("%s, element %d: %s, Python had %s", what, i, value, expected[i])
          .isLessThanOrEqualTo(bound);
    }
  }

  private static List<Path> folders() throws IOException {
    assumeTrue(Files.isDirectory(GOLDEN), "no model/golden");
    try (Stream<Path> files = Files.walk(GOLDEN, 2)) {
      List<Path> folders =
          files.filter(file -> file.endsWith("golden.json")).map(Path::getParent).sorted().toList();
      assumeTrue(!folders.isEmpty(), "model/golden is empty");
      return folders;
    }
  }

  private static JsonNode head(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
  }

  private static Path model(JsonNode head) {
    return ShippedModels.root().resolve("model/trained").resolve(head.get("model").textValue());
  }

  private static float[] values(Path folder, JsonNode entry) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve(entry.get("file").textValue())))
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }
}
