package io.entrain.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrain.bench.measure.Limit;
import io.entrain.bench.measure.Results;
import io.entrain.bench.measure.Row;
import io.entrain.bench.measure.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Row RATES =
      Row.rates(
              "windowing/overlap-50",
              "events/s",
              "panes",
              List.of(new Sample(40, 1_000_000_000, 500_000_000, 0)),
              "flink",
              List.of(new Sample(10, 1_000_000_000, 500_000_000, 0)))
          .within(Limit.ratioAtLeast(20));

  @TempDir Path folder;

  @Test
  void rowsBecomeTheJsonThatTheDocumentationPromises() throws IOException {
    Path file = folder.resolve("rows.json");
    RowsJson.write(List.of(RATES, Row.figure("allocation/all", "bytes", "decode", 3000)), file);
    JsonNode rows = new ObjectMapper().readTree(file.toFile());
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).get("name").asText()).isEqualTo("windowing/overlap-50");
    assertThat(rows.get(0).get("ours").asDouble()).isEqualTo(40);
    assertThat(rows.get(0).get("against").asDouble()).isEqualTo(10);
    assertThat(rows.get(0).get("ratio").asDouble()).isEqualTo(4);
    assertThat(rows.get(0).get("unit").asText()).isEqualTo("events/s");
    assertThat(rows.get(0).get("against_cpu_micros").asDouble()).isEqualTo(50_000);
    assertThat(rows.get(0).get("reached").asBoolean()).isFalse();
    assertThat(rows.get(1).get("against").isNull()).isTrue();
    assertThat(rows.get(1).get("reached").isNull()).isTrue();
  }

  @Test
  void aReportHasTableJsonPlotsAndAPage() throws IOException {
    Results results = new Results(line -> {});
    results.add(RATES);
    results.skip("rivals/python", "no <client>");
    new Report(results, List.of("2 cores")).write(folder);
    assertThat(folder.resolve("results.json")).exists();
    assertThat(Files.readString(folder.resolve("results.md")))
        .contains("- 2 cores", "| windowing/overlap-50 | 40.0 events/s | flink: 10.0 |")
        .contains("≥ 20.0 ×, **not reached**", "`rivals/python` skipped: no <client>");
    assertThat(Files.readString(folder.resolve("windowing.svg")))
        .contains("class=\"limit\"", "class=\"missed\"");
    assertThat(folder.resolve("limits.svg")).exists();
    assertThat(Files.readString(folder.resolve("report.html"))).contains("no &lt;client>", "<svg");
  }

  @Test
  void aDocumentIsWrittenBetweenItsMarksAlone() throws IOException {
    Path file = folder.resolve("page.md");
    Files.writeString(
        file,
        "before\n<!-- figures: written by ./entrain bench --document -->\nold\n<!-- end of figures -->\nafter\n");
    Document.fill(file, "new");
    Document.fill(file, "newer");
    assertThat(file)
        .hasContent(
            "before\n<!-- figures: written by ./entrain bench --document -->\n\nnewer\n\n<!-- end of figures -->\nafter");
    Files.writeString(file, "nothing");
    assertThatThrownBy(() -> Document.fill(file, "new")).hasMessageContaining("no place");
  }

  @Test
  void theAxisIsLogarithmicAndSteppedByDecades() {
    LogAxis axis = new LogAxis(1, 100, 0, 200);
    assertThat(axis.at(10)).isEqualTo(100);
    assertThat(axis.at(0.1)).isZero();
    assertThat(axis.ticks()).containsExactly(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0);
  }

  @Test
  void everyLimitIsDrawnWhateverItsUnit() {
    Row few = Row.figure("allocation/a", "bytes", "job", 1024).within(Limit.oursAtMost(4096));
    Row many = Row.figure("allocation/b", "bytes", "job", 8192).within(Limit.oursAtMost(4096));
    Row free = Row.figure("allocation/c", "bytes", "job", 1);
    assertThat(LimitPlot.of(List.of(few, free)))
        .contains("allocation/a", "class=\"limit\"", "class=\"reached\"")
        .doesNotContain("allocation/c", "class=\"missed\"");
    assertThat(LimitPlot.of(List.of(many))).contains("class=\"missed\"");
    assertThat(LimitPlot.of(List.of(RATES))).contains("windowing/overlap-50", "class=\"missed\"");
    assertThat(LimitPlot.of(List.of(free))).isEmpty();
  }

  @Test
  void costAgainstSizeIsDrawnWithItsPowerLaw() {
    List<Row> rows =
        List.of(
            Row.figure("growth/job/channels/4", "µs", "job", 10),
            Row.figure("growth/job/channels/40", "µs", "job", 100),
            Row.figure("growth/job/channels/exponent", "", "job", 1));
    assertThat(GrowthPlot.of(rows))
        .contains("growth/job/channels", "class=\"fit\"")
        .containsOnlyOnce("<svg");
    assertThat(GrowthPlot.of(rows.subList(0, 1))).isEmpty();
  }
}
