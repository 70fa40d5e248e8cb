package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/**
 * What is in the jar that goes to a cluster; run by {@code ./mvnw verify}, after the jar is made.
 */
class JobJarCheck {
  @Test
  void holdsTheJobAndNeitherFlinkNorABroker() throws Exception {
    try (JarFile jar = new JarFile(System.getProperty("entrain.job.jar"))) {
      List<String> names = jar.stream().map(ZipEntry::getName).toList();
      assertThat(names)
          .contains(
              "io/entrain/job/Main.class",
              "io/entrain/wire/v1/SignalBlock.class",
              "org/apache/flink/connector/kafka/source/KafkaSource.class",
              "ai/onnxruntime/OrtSession.class",
              "ai/onnxruntime/native/linux-x64/libonnxruntime.so");
      assertThat(names)
          .as("Flink is the cluster's: two copies of it do not fit together")
          .filteredOn(name -> name.startsWith("org/apache/flink/") && name.endsWith(".class"))
          .allMatch(
              name ->
                  name.startsWith("org/apache/flink/connector/kafka/")
                      || name.startsWith("org/apache/flink/streaming/connectors/kafka/")
                      // The connector's only class outside its own packages.
                      || name.endsWith("/JSONKeyValueDeserializationSchema.class"));
      assertThat(names)
          .noneMatch(name -> name.startsWith("kafka/") && name.endsWith(".class"))
          .noneMatch(name -> name.startsWith("scala/"))
          .noneMatch(name -> name.startsWith("org/apache/kafka/controller/"))
          .noneMatch(name -> name.startsWith("org/slf4j/"))
          .noneMatch(name -> name.startsWith("org/apache/logging/"))
          .noneMatch(name -> name.matches("META-INF/.*\\.(SF|RSA|DSA)"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("io.entrain.job.Main");
    }
  }
}
