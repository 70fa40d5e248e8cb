package io.entrain.bench;

import ai.onnxruntime.OrtEnvironment;
import java.util.List;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/** The software that was measured. */
final class Versions {
  private Versions() {}

  static List<String> lines() {
    return List.of(
        "Flink %s, Kafka %s, ONNX Runtime %s"
            .formatted(
                EnvironmentInformation.getVersion(),
                AppInfoParser.getVersion(),
                OrtEnvironment.getEnvironment().getVersion()));
  }
}
