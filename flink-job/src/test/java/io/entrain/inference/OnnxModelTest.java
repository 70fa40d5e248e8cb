package io.entrain.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest {
  @TempDir Path folder;

  @Test
  void opensAModelWithItsContractAndHash() {
    try (OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.CPU)) {
      assertThat(model.contract().name()).isEqualTo("tiny");
      assertThat(model.sha256()).matches("[0-9a-f]{64}");
      assertThat(model.provider()).isEqualTo(Provider.CPU);
    }
  }

  @Test
  void autoFallsBackToTheCpuAndSaysWhy() {
    try (OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.AUTO)) {
      if (model.provider() == Provider.CPU) {
        assertThat(model.providerNote()).containsIgnoringCase("cuda").contains("-Pgpu");
      }
    }
  }

  @Test
  void cudaRefusesWhereThereIsNone() {
    try (OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.AUTO)) {
      assumeTrue(model.provider() == Provider.CPU);
    }
    assertThatThrownBy(() -> OnnxModel.open(TinyModels.file("tiny"), Provider.CUDA))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("provider cuda was asked for")
        .hasMessageContaining("set provider to cpu or auto");
  }

  @Test
  void refusesAModelWithoutContract() {
    refuses(TinyModels.file("no-contract"), "the model has no contract", "export it with");
  }

  @Test
  void refusesAContractFromTheFuture() throws IOException {
    refuses(changed("\"version\": 1", "\"version\": 9"), "version 9", "run a newer Entrain");
  }

  @Test
  void refusesAContractThatIsNotJson() throws IOException {
    refuses(changed("{", ""), "not JSON", "export the model again");
  }

  @Test
  void refusesAnInputThatNobodyFeeds() throws IOException {
    refuses(
        changed(
            "\"name\": \"lfp\"",
            "\"name\": \"ecg\"",
            "\"relative_to\": \"lfp\"",
            "\"relative_to\": \"ecg\""),
        "the graph has an input \"lfp\" that the contract does not name",
        "[spikes, spikes_mask, ecg, ecg_mask, carry, count]");
  }

  @Test
  void refusesAnOutputThatTheGraphDoesNotHave() throws IOException {
    refuses(
        changed("\"next\": \"next_carry\"", "\"next\": \"carry_next\""),
        "the contract asks for the output \"carry_next\", the graph has");
  }

  @Test
  void refusesAWrongShape() throws IOException {
    refuses(
        changed("\"channels\": 3", "\"channels\": 4"),
        "input \"spikes\" has shape [?, 8, 6], the contract asks for [B, 8, 8]");
    refuses(
        changed("\"shape\": [2, 3]", "\"shape\": [3, 2]"),
        "output \"attention\" has shape [?, 2, 3], the contract asks for [B, 3, 2]");
  }

  @Test
  void refusesAWrongType() {
    refuses(TinyModels.file("float16-input"), "input \"lfp\"", "must be a float32 tensor");
  }

  @Test
  void refusesAFixedBatch() {
    refuses(TinyModels.file("fixed-batch"), "input \"carry\" has a fixed batch of 1", "dynamic");
  }

  @Test
  void refusesABatchFixedInsideTheGraph() {
    refuses(TinyModels.file("fixed-batch-inside"), "model tiny does not run");
  }

  @Test
  void refusesWhatIsNoOnnxFile() throws IOException {
    Path text = Files.writeString(folder.resolve("text.onnx"), "not a model at all");
    refuses(text, "not a model that ONNX Runtime can load (18 bytes)", "export it again");
    byte[] whole = Files.readAllBytes(TinyModels.file("tiny"));
    refuses(
        Files.write(folder.resolve("half.onnx"), Arrays.copyOf(whole, whole.length / 2)),
        "not a model that ONNX Runtime can load");
    refuses(Files.createFile(folder.resolve("empty.onnx")), "not a model");
  }

  @Test
  void refusesAMissingFile() {
    refuses(folder.resolve("none.onnx"), "there is no model file", "./entrain train");
    refuses(folder, "cannot read the model file");
  }

  @Test
  void belongsToTheThreadThatRanItFirst() throws InterruptedException {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.CPU);
        Batch batch = model.batch(1, BatchShape.SINGLE)) {
      batch.run(1);
      assertThatThrownBy(() -> other.submit(() -> batch.run(1)).get())
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("open one for each thread");
    } finally {
      other.shutdown();
    }
  }

  @Test
  void doesNotRunAfterItWasClosed() {
    OnnxModel model = OnnxModel.open(TinyModels.file("tiny"), Provider.CPU);
    try (Batch batch = model.batch(1, BatchShape.SINGLE)) {
      model.close();
      model.close();
      assertThatThrownBy(() -> batch.run(1)).hasMessageContaining("the model is closed");
    }
  }

  @Test
  void leavesNoUnpackedLibraryBehind() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/maps")), "needs Linux");
    OnnxModel.open(TinyModels.file("tiny"), Provider.CPU).close();
    assumeTrue(!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA));
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      assertThat(lines.filter(line -> line.contains("/onnxruntime-java")))
          .isNotEmpty()
          .allMatch(line -> line.endsWith("(deleted)"))
          .map(line -> Path.of(line.substring(line.indexOf('/'))).getParent())
          .allMatch(Files::notExists);
    }
  }

  @Test
  void namesTheProviders() {
    assertThat(Provider.of("CUDA")).isEqualTo(Provider.CUDA);
    assertThatThrownBy(() -> Provider.of("gpu")).hasMessageContaining("must be auto, cpu or cuda");
  }

  private void refuses(Path file, String... parts) {
    assertThatThrownBy(() -> OnnxModel.open(file, Provider.CPU).close())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContainingAll(parts);
  }

  private Path changed(String... replacements) throws IOException {
    UnaryOperator<String> change =
        contract -> {
          String text = contract;
          for (int i = 0; i < replacements.length; i += 2) {
            assertThat(text).contains(replacements[i]);
            text = text.replace(replacements[i], replacements[i + 1]);
          }
          return text;
        };
    return TinyModels.withContract(folder, change);
  }
}
