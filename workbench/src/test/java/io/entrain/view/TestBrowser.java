package io.entrain.view;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;

/** A headless Chromium with the page in it. Where there is none the test is skipped and says so. */
public final class TestBrowser implements AutoCloseable {
  /** A page on a machine with two busy cores. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final ChromeDriver driver;

  private TestBrowser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Opens the page in an empty profile. */
  public static TestBrowser open(URI page) {
    Path chromium = find("chromium", "google-chrome");
    Path chromedriver = find("chromedriver");
    assumeTrue(
        chromium != null && chromedriver != null,
        "SKIPPED: no chromium with chromedriver is on this machine; ./entrain test installs them");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toString());
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-precise-memory-info");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver.toFile())
            .usingAnyFreePort()
            .withTimeout(PATIENCE)
            .build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().window().setSize(new Dimension(1280, 1000));
    driver.get(page.toString());
    return new TestBrowser(driver);
  }

  private static Path find(String... names) {
    return Stream.of(names)
        .flatMap(name -> Stream.of(Path.of("/usr/bin", name), Path.of("/usr/local/bin", name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /** Waits until the element's text is as wanted. */
  public String awaitText(String selector, Predicate<String> wanted) {
    String[] last = {""};
    await(selector)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              last[0] = driver.findElement(By.cssSelector(selector)).getDomProperty("textContent");
              return wanted.test(last[0]);
            });
    return last[0];
  }

  public String awaitText(String selector, String part) {
    return awaitText(selector, text -> text.contains(part));
  }

  public WebElement element(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  public Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Moves a slider as a hand does. */
  public void slide(String selector, double value) {
    await(selector)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> element(selector).isDisplayed());
    run(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'));",
        element(selector),
        value);
  }

  /** Gives the page a size that a window may be too proud to have. */
  public void resize(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** What the page's console has complained of since it was last asked. */
  public List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(Object::toString)
        .toList();
  }

  /** Bytes that the page's scripts hold, after a collection of garbage. */
  public long heapBytes() {
    driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
    return ((Number) run("return performance.memory.usedJSHeapSize")).longValue();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
