package io.entrain.experiment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrain.view.TestBrowser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report's page in a real browser, opened from the disk, with figures that are made up. */
class ReportPageTest {
  /** Texts that stick out of the drawing they stand in, which a browser cuts off. */
  private static final String CLIPPED =
      """
      return [...document.querySelectorAll('svg text')].filter((text) => {
        const [inner, outer] = [text, text.ownerSVGElement].map((one) => one.getBoundingClientRect());
        return inner.width === 0 || inner.left < outer.left - .5 || inner.right > outer.right + .5
          || inner.top < outer.top - .5 || inner.bottom > outer.bottom + .5;
      }).map((text) => text.textContent)""";

  private static final String LOADED =
      """
      const named = [...document.querySelectorAll('[src], [href], [data], [srcset]')]
        .filter((one) => one.localName !== 'a')
        .flatMap((one) => ['src', 'href', 'data', 'srcset'].map((name) => one.getAttribute(name) ?? ''))
        .filter((address) => address !== '' && !address.startsWith('data:'));
      return named.concat(performance.getEntriesByType('resource').map((one) => one.name)
        .filter((name) => !name.startsWith('data:')))""";

  private static final String WIDER_THAN_THE_WINDOW =
      "return document.documentElement.scrollWidth - document.documentElement.clientWidth";

  @TempDir Path folder;

  private static byte[] madeUp(String name) throws IOException {
    try (InputStream input = ReportPageTest.class.getResourceAsStream(name)) {
      return input.readAllBytes();
    }
  }

  private URI report(byte[] json) throws IOException {
    Path file = folder.resolve("report.html");
    HtmlReport.write(json, file);
    return file.toUri();
  }

  private URI comparison() throws IOException {
    Path file = folder.resolve("comparison.html");
    HtmlReport.writeComparison(madeUp("comparison.json"), file);
    return file.toUri();
  }

  private static long count(TestBrowser browser, String selector) {
    return (Long) browser.run("return document.querySelectorAll(arguments[0]).length", selector);
  }

  /** The cells of the row of a sweep's table that has a value and a model. */
  @SuppressWarnings("unchecked")
  private static List<String> row(TestBrowser browser, String table, String value, String model) {
    return (List<String>)
        browser.run(
            """
            return [...document.querySelectorAll(arguments[0] + ' tbody tr')]
              .map((row) => [...row.cells].map((cell) => cell.textContent))
              .find((cells) => cells[0] === arguments[1] && cells.includes(arguments[2]))""",
            table,
            value,
            model);
  }

  @Test
  void answersFirstAndShowsEachSweepAsPlotsAndAsATable() throws IOException {
    try (TestBrowser browser = TestBrowser.open(report(madeUp("report.json")))) {
      browser.awaitText(
          "#answer", "In these made-up figures the model that aligns loses .02 of R²");
      assertThat(count(browser, "#sweep-constant svg[role=img]")).isEqualTo(6);
      assertThat(count(browser, "#sweep-drift svg[role=img]")).isEqualTo(18);
      assertThat(count(browser, "svg[role=img]")).isEqualTo(6 + 6 + 6 + 18 + 2 + 2 + 1);
      assertThat(row(browser, "#table-constant", "−150", "lag-posterior"))
          .contains(".842 (.817–.861)", "20.0 (19.1–21.2)");
      assertThat(row(browser, "#table-constant", "−150", "concatenation"))
          .contains("−.180 (−.206 to −.159)");
      browser.awaitText("#forecast", "measured: 6.7\u00a0sd, inside the band");
      assertThat(count(browser, "#sweep-noise .forecast")).isEqualTo(2);
      browser.awaitText("#run", "2\u202f346");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void namesEveryAxisWithItsUnitAndCutsNoTextOff() throws IOException {
    try (TestBrowser browser = TestBrowser.open(report(madeUp("report.json")))) {
      browser.awaitText("#sweep-constant .plots", "lag of the spikes (ms)");
      assertThat(
              browser.run(
                  """
                  return [...document.querySelectorAll('svg[role=img]')]
                    .filter((plot) => plot.querySelectorAll('.name').length < 2)
                    .map((plot) => plot.closest('section').id)"""))
          .as("plots with one named axis: of the other, each bar bears its model's name")
          .isEqualTo(List.of("cost"));
      browser.awaitText("#sweep-noise .plots", "noise in both streams (sd)");
      browser.awaitText("#sweep-noise .plots", "root mean square error (ms)");
      browser.awaitText("#sweep-drift .plots", "drift of the spikes' clock (ppm)");
      browser.awaitText("#maps", "time (s)");
      browser.awaitText("#cost", "time for one window (µs)");
      assertThat(browser.run(CLIPPED)).isEqualTo(List.of());
    }
  }

  @Test
  void loadsNothingAndKeepsTheTextOfTheFiguresFromBeingRun() throws IOException {
    byte[] json = madeUp("report.json");
    assertThat(new String(json, UTF_8)).contains("</script><script>document.title='broken'");
    try (TestBrowser browser = TestBrowser.open(report(json))) {
      browser.awaitText(".limits", "</script><script>document.title='broken'</script>");
      assertThat(browser.run("return document.title"))
          .isEqualTo(browser.run("return 'Entrain: ' + document.querySelector('h1').textContent"));
      assertThat(browser.run(LOADED)).isEqualTo(List.of());
      assertThat(browser.run("return document.querySelector('#published a').getAttribute('href')"))
          .isEqualTo("https://example.org/lag");
      browser.run(
          "const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; document.body.append(image)");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(browser.complaints())
                      .anyMatch(
                          it -> it.contains("/x.png' violates the following Content Security")));
    }
  }

  @Test
  void fitsAPhoneAndTurnsDark() throws IOException {
    URI page = report(madeUp("report.json"));
    try (TestBrowser browser = TestBrowser.open(URI.create(page + "?theme=dark"))) {
      browser.awaitText("#theme", "Light");
      String background = "return getComputedStyle(document.body).backgroundColor";
      assertThat(browser.run(background)).isEqualTo("rgb(15, 19, 24)");
      browser.element("#theme").click();
      browser.awaitText("#theme", "Dark");
      assertThat(browser.run(background)).isEqualTo("rgb(244, 245, 247)");
      browser.resize(390, 844);
      assertThat(browser.run("return innerWidth")).isEqualTo(390L);
      assertThat(browser.run(WIDER_THAN_THE_WINDOW)).isEqualTo(0L);
      assertThat(browser.run(CLIPPED)).isEqualTo(List.of());
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void givesTheReasonWhereAnExperimentWasSkipped() throws IOException {
    String json =
        """
        {"format": 1, "name": "real", "title": "Real recordings", "question": "Does it hold?",
         "answer": null, "limits": [], "skipped": "no recording is there; run ./entrain fetch",
         "models": [], "sweeps": [], "calibration": null, "cost": [], "maps": [],
         "forecast": null, "published": [], "seeds": [], "run": null, "plan": null}
        """;
    try (TestBrowser browser = TestBrowser.open(report(json.getBytes(UTF_8)))) {
      browser.awaitText("#answer", "Skipped: no recording is there; run ./entrain fetch");
      browser.awaitText(".question", "Does it hold?");
      assertThat(count(browser, "svg, table, h2")).isZero();
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void marksTheDifferencesOfTwoRunsWhoseIntervalsExcludeZero() throws IOException {
    try (TestBrowser browser = TestBrowser.open(comparison())) {
      browser.awaitText("#answer", "B differs from A in 27 of 40 figures");
      assertThat(count(browser, "svg[role=img]")).isEqualTo(4);
      assertThat(count(browser, "tr.marked")).isEqualTo(27);
      assertThat(row(browser, "#tables", "R² newest", "lag-posterior"))
          .contains("−150", ".033 (.018–.049)", "▲ yes");
      browser.awaitText("#differs", "sha256 77aa");
      browser.awaitText("#only-a", "sweep noise");
      assertThat(browser.run(CLIPPED)).isEqualTo(List.of());
      browser.resize(390, 844);
      assertThat(browser.run(WIDER_THAN_THE_WINDOW)).isEqualTo(0L);
      assertThat(browser.complaints()).isEmpty();
    }
  }
}
