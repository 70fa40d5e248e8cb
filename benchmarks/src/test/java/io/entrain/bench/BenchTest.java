package io.entrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.bench.measure.Benchmark;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Results.Skip;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Scale;
import io.entrain.bench.measure.Setting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class BenchTest {
  @TempDir Path folder;

  static Stream<String> names() {
    return Catalog.names().stream();
  }

  /** Contestants are held to the same output inside of the benchmarks: a run that ends is right. */
  @ParameterizedTest
  @MethodSource("names")
  void everyBenchmarkRunsInItsSmallestForm(String name) throws Exception {
    Benchmark benchmark = Catalog.chosen(List.of(name)).get(0);
    Results results = new Results(line -> {});
    Path root = Path.of(System.getProperty("entrain.root")).toAbsolutePath().normalize();
    benchmark.run(new Setting(Scale.TINY, root, folder), results);
    assertThat(results.rows())
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.benchmark()).isEqualTo(name))
        .allSatisfy(row -> assertThat(row.ours().value().median()).isFinite());
    assertThat(Stream.concat(results.rows().stream().map(Row::name), skipped(results)))
        .doesNotHaveDuplicates();
  }

  private static Stream<String> skipped(Results results) {
    return results.skips().stream().map(Skip::name);
  }

  @Test
  void theListNamesEveryBenchmark() {
    assertThat(output(0, "--list").lines().map(line -> line.split(" ")[0]).toList())
        .isEqualTo(Catalog.names());
  }

  @Test
  void helpHasExamples() {
    assertThat(output(0, "--help")).contains("Examples:", "./entrain bench --quick");
  }

  @Test
  void wrongUsageIsSaidInALineAndAHint() {
    assertThat(output(2, "windoing"))
        .contains("there is no benchmark \"windoing\"", "windowing", "See ./entrain bench --help");
    assertThat(output(2, "--quick", "--document", "x.md")).contains("full run of all");
  }

  private static String output(int code, String... arguments) {
    StringWriter text = new StringWriter();
    CommandLine command = Bench.commandLine();
    command.setOut(new PrintWriter(text)).setErr(new PrintWriter(text));
    assertThat(command.execute(arguments)).isEqualTo(code);
    return text.toString();
  }
}
