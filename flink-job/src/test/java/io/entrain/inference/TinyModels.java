package io.entrain.inference;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** The models that src/test/python/make_tiny_models.py wrote, and changes to their contract. */
final class TinyModels {
  /** Field numbers of onnx.proto. */
  private static final int METADATA_PROPS = 14;

  private static final int ENTRY_VALUE = 2;

  private TinyModels() {}

  static Path file(String name) {
    return ShippedModels.root().resolve("flink-job/src/test/resources/models/" + name + ".onnx");
  }

  /** A copy of tiny.onnx in {@code folder} with another contract in its metadata. */
  static Path withContract(Path folder, UnaryOperator<String> change) throws IOException {
    UnknownFieldSet model = UnknownFieldSet.parseFrom(Files.readAllBytes(file("tiny")));
    UnknownFieldSet entry =
        UnknownFieldSet.parseFrom(model.getField(METADATA_PROPS).getLengthDelimitedList().get(0));
    String contract = entry.getField(ENTRY_VALUE).getLengthDelimitedList().get(0).toStringUtf8();
    UnknownFieldSet changed =
        entry.toBuilder()
            .addField(ENTRY_VALUE, bytes(ByteString.copyFromUtf8(change.apply(contract))))
            .build();
    Path file = folder.resolve("changed.onnx");
    Files.write(
        file,
        model.toBuilder()
            .addField(METADATA_PROPS, bytes(changed.toByteString()))
            .build()
            .toByteArray());
    return file;
  }

  private static Field bytes(ByteString value) {
    return Field.newBuilder().addLengthDelimited(value).build();
  }
}
