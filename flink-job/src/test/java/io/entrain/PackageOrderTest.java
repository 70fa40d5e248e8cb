package io.entrain;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * One way down: wire, contract, then timeline, control, silence and inference side by side, swap,
 * job.
 */
@AnalyzeClasses(packages = "io.entrain", importOptions = DoNotIncludeTests.class)
class PackageOrderTest {
  private static final String WIRE = "io.entrain.wire..";
  private static final String CONTRACT = "io.entrain.contract..";
  private static final String TIMELINE = "io.entrain.timeline..";
  private static final String INFERENCE = "io.entrain.inference..";
  private static final String CONTROL = "io.entrain.control..";
  private static final String SILENCE = "io.entrain.silence..";
  private static final String SWAP = "io.entrain.swap..";
  private static final String JOB = "io.entrain.job..";
  private static final String FLINK = "org.apache.flink..";
  private static final String ONNX_RUNTIME = "ai.onnxruntime..";

  @ArchTest
  static final ArchRule WIRE_IMPORTS_NOTHING_OF_OURS =
      apart(WIRE, CONTRACT, TIMELINE, CONTROL, SILENCE, INFERENCE, SWAP, JOB, FLINK, ONNX_RUNTIME);

  /** What comes from Kafka, a model file or a configuration is never read as Java objects. */
  @ArchTest
  static final ArchRule NOTHING_READS_JAVA_OBJECTS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("com.esotericsoftware..", "java.beans..");

  @ArchTest
  static final ArchRule CONTRACT_KNOWS_NO_ENGINE =
      apart(CONTRACT, TIMELINE, CONTROL, SILENCE, INFERENCE, SWAP, JOB, FLINK, ONNX_RUNTIME);

  @ArchTest
  static final ArchRule TIMELINE_KNOWS_NO_ENGINE =
      apart(
          TIMELINE,
          CONTROL,
          SILENCE,
          INFERENCE,
          SWAP,
          JOB,
          FLINK,
          ONNX_RUNTIME,
          "org.apache.kafka..");

  @ArchTest
  static final ArchRule INFERENCE_KNOWS_NO_FLINK =
      apart(INFERENCE, TIMELINE, CONTROL, SILENCE, SWAP, JOB, FLINK, "org.apache.kafka..");

  @ArchTest
  static final ArchRule CONTROL_KNOWS_NOTHING_OF_OURS =
      apart(CONTROL, SILENCE, WIRE, CONTRACT, TIMELINE, INFERENCE, SWAP, JOB, ONNX_RUNTIME);

  @ArchTest
  static final ArchRule SILENCE_KNOWS_NOTHING_OF_OURS =
      apart(SILENCE, WIRE, CONTRACT, TIMELINE, CONTROL, INFERENCE, SWAP, JOB, ONNX_RUNTIME);

  @ArchTest
  static final ArchRule SWAP_KNOWS_NO_ENGINE =
      apart(SWAP, TIMELINE, CONTROL, SILENCE, JOB, FLINK, ONNX_RUNTIME, "org.apache.kafka..");

  @ArchTest static final ArchRule ONLY_INFERENCE_CALLS_ONNX_RUNTIME = apart(JOB, ONNX_RUNTIME);

  @ArchTest
  static final ArchRule PACKAGES_ARE_NAMED_FOR_THINGS_OF_THE_FIELD =
      noClasses()
          .that(resideInAnyPackage("io.entrain.."))
          .should()
          .resideInAnyPackage(
              "..util..", "..common..", "..core..", "..impl..", "..helper..", "..manager..");

  private static ArchRule apart(String from, String... others) {
    return noClasses()
        .that(resideInAnyPackage(from))
        .should()
        .dependOnClassesThat(resideInAnyPackage(others))
        .allowEmptyShould(true);
  }
}
