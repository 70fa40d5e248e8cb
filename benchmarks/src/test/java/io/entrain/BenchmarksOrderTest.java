package io.entrain;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** One way down: measure, then report beside load, then contest, then the command. */
@AnalyzeClasses(packages = "io.entrain", importOptions = DoNotIncludeTests.class)
class BenchmarksOrderTest {
  private static final String MEASURE = "io.entrain.bench.measure..";
  private static final String REPORT = "io.entrain.bench.report..";
  private static final String LOAD = "io.entrain.bench.load..";
  private static final String CONTEST = "io.entrain.bench.contest..";
  private static final String COMMAND = "io.entrain.bench";
  private static final String FLINK = "org.apache.flink..";
  private static final String KAFKA = "org.apache.kafka..";

  @ArchTest
  static final ArchRule MEASURING_KNOWS_NOTHING_OF_WHAT_IS_MEASURED =
      apart(MEASURE, REPORT, LOAD, CONTEST, COMMAND, FLINK, KAFKA, "io.entrain.job..");

  @ArchTest
  static final ArchRule THE_REPORT_STANDS_ON_ROWS =
      apart(REPORT, LOAD, CONTEST, COMMAND, FLINK, KAFKA, "io.entrain.job..");

  @ArchTest static final ArchRule LOADS_KNOW_NO_CONTEST = apart(LOAD, REPORT, CONTEST, COMMAND);

  @ArchTest static final ArchRule CONTESTS_KNOW_NO_COMMAND = apart(CONTEST, REPORT, COMMAND);

  @ArchTest
  static final ArchRule NOTHING_STANDS_ON_THE_BENCHMARKS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.entrain.bench..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.entrain.bench.."));

  private static ArchRule apart(String from, String... others) {
    return noClasses()
        .that(resideInAnyPackage(from))
        .should()
        .dependOnClassesThat(resideInAnyPackage(others))
        .allowEmptyShould(true);
  }
}
