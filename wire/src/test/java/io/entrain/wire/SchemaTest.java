package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.entrain.wire.v1.Entrain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * examples/entrain.desc is the schema for clients without protoc; it must be that of the .proto.
 */
class SchemaTest {
  private static final Path DESCRIPTOR =
      Path.of(System.getProperty("entrain.root", ".."), "examples", "entrain.desc");

  @Test
  void theCommittedDescriptorIsThatOfTheSchema() throws IOException {
    byte[] current =
        FileDescriptorSet.newBuilder()
            .addFile(Entrain.getDescriptor().toProto())
            .build()
            .toByteArray();
    if (Boolean.getBoolean("entrain.write")) {
      Files.write(DESCRIPTOR, current);
    }
    assertThat(Files.readAllBytes(DESCRIPTOR))
        .as("write it again with: ./mvnw -pl wire test -Dtest=SchemaTest -Dentrain.write=true")
        .isEqualTo(current);
  }
}
