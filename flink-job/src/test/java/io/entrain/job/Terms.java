package io.entrain.job;

import io.entrain.inference.Provider;
import io.entrain.swap.ModelForm;
import io.entrain.swap.ModelTerm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Terms as the admitting operator would give them. */
final class Terms {
  private Terms() {}

  static Announced live(String file, long fromMillis, int epoch) {
    return new Announced(term(file, false, fromMillis, epoch), null, null);
  }

  static Announced shadow(String file, long fromMillis) {
    return new Announced(term(file, true, fromMillis, 0), null, null);
  }

  static Announced withdrawn(String model, long fromMillis) {
    ModelForm none = new ModelForm("", "", "", "");
    return new Announced(
        new ModelTerm(model, true, "", "", none, fromMillis, 0, fromMillis), null, null);
  }

  private static ModelTerm term(String file, boolean shadow, long fromMillis, int epoch) {
    JobModel model = JobModel.open(List.of(file), Provider.CPU).get(0);
    return new ModelTerm(
        model.contract().name(),
        shadow,
        model.file(),
        model.sha256(),
        ModelForm.of(model.contract()),
        fromMillis,
        epoch,
        fromMillis);
  }

  static String sha256(String file) {
    return JobModel.open(List.of(file), Provider.CPU).get(0).sha256();
  }

  /** A copy of a model with one more entry in its metadata: another hash, the same bits. */
  static String twin(String file, Path folder) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(Files.readAllBytes(Path.of(file)));
    byte[] key = "twin".getBytes(StandardCharsets.UTF_8);
    // metadata_props is field 14 of a model: an entry with its key (1) and value (2).
    bytes.write(14 << 3 | 2);
    bytes.write(2 * (key.length + 2));
    for (int field = 1; field <= 2; field++) {
      bytes.write(field << 3 | 2);
      bytes.write(key.length);
      bytes.write(key);
    }
    return Files.write(folder.resolve("twin.onnx"), bytes.toByteArray()).toString();
  }
}
