package io.entrain;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * One way down: recording, then world; scoring, embedded, fuzz and view beside them; cli over all.
 */
@AnalyzeClasses(packages = "io.entrain", importOptions = DoNotIncludeTests.class)
class WorkbenchOrderTest {
  private static final String RECORDING = "io.entrain.recording..";
  private static final String WORLD = "io.entrain.world..";
  private static final String SCORING = "io.entrain.scoring..";
  private static final String EMBEDDED = "io.entrain.embedded..";
  private static final String EXPERIMENT = "io.entrain.experiment..";
  private static final String CHAOS = "io.entrain.chaos..";
  private static final String VIEW = "io.entrain.view..";
  private static final String FUZZ = "io.entrain.fuzz..";
  private static final String SOAK = "io.entrain.soak..";
  private static final String CLI = "io.entrain.cli..";
  private static final String FLINK = "org.apache.flink..";
  private static final String KAFKA = "org.apache.kafka..";
  private static final String JOB = "io.entrain.job..";

  @ArchTest
  static final ArchRule RECORDING_STANDS_ON_THE_WIRE =
      apart(RECORDING, WORLD, SCORING, EMBEDDED, EXPERIMENT, CHAOS, VIEW, CLI, JOB, FLINK, KAFKA);

  @ArchTest
  static final ArchRule THE_WORLD_KNOWS_NO_ENGINE =
      apart(
          WORLD,
          SCORING,
          EMBEDDED,
          EXPERIMENT,
          CHAOS,
          VIEW,
          CLI,
          JOB,
          FLINK,
          KAFKA,
          "io.entrain.wire..");

  @ArchTest
  static final ArchRule SCORING_KNOWS_NO_ENGINE =
      apart(SCORING, RECORDING, WORLD, EMBEDDED, EXPERIMENT, CHAOS, VIEW, CLI, JOB, FLINK, KAFKA);

  @ArchTest
  static final ArchRule EMBEDDED_KNOWS_NO_SESSION =
      apart(EMBEDDED, RECORDING, WORLD, SCORING, EXPERIMENT, CHAOS, VIEW, CLI, JOB);

  @ArchTest
  static final ArchRule THE_PAGE_STANDS_ON_THE_WIRE =
      apart(VIEW, RECORDING, WORLD, SCORING, EMBEDDED, EXPERIMENT, CHAOS, CLI, JOB, FLINK);

  @ArchTest
  static final ArchRule EXPERIMENTS_KNOW_NO_PAGE_AND_NO_COMMAND =
      apart(EXPERIMENT, CHAOS, VIEW, CLI);

  @ArchTest
  static final ArchRule CHAOS_KNOWS_NO_PAGE_AND_NO_COMMAND =
      apart(CHAOS, SCORING, EXPERIMENT, VIEW, CLI);

  @ArchTest
  static final ArchRule THE_FUZZER_STANDS_ON_THE_JOB =
      apart(FUZZ, RECORDING, WORLD, SCORING, EXPERIMENT, VIEW, CLI);

  @ArchTest
  static final ArchRule THE_LONG_RUN_KNOWS_NO_PAGE_AND_NO_COMMAND =
      apart(SOAK, SCORING, EXPERIMENT, CHAOS, FUZZ, VIEW, CLI);

  private static ArchRule apart(String from, String... others) {
    return noClasses()
        .that(resideInAnyPackage(from))
        .should()
        .dependOnClassesThat(resideInAnyPackage(others));
  }
}
