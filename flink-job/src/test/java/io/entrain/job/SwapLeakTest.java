package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A model whose term has ended for every session is closed, and leaves nothing behind. */
class SwapLeakTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int SWAPS = 60;

  /** A shipped model takes 10 MB or more once it has run: those not closed would take 600. */
  private static final long MOST_KIB = 200 << 10;

  @Test
  void manySwapsKeepNeitherMemoryNorThreads() throws Exception {
    assumeTrue(Files.isReadable(STATUS), "resident memory is read from Linux's /proc");
    List<RawRecord> records = new TestSession("s", 1, SWAPS * 20 + 200).interleaved(20);
    Set<String> threads = threads();
    Map<String, String> settings = Map.of("models", DecodeHarness.model("lag-posterior"));
    try (DecodeHarness harness = DecodeHarness.openBeforeAnnouncements(null, settings)) {
      long before = 0;
      for (int i = 0; i < records.size(); i++) {
        long log = records.get(i).timestampMillis();
        if (i % 2 == 0 && i / 2 < SWAPS) {
          // The term of the pane before the next one; those before it end at the watermark.
          harness.announce(Terms.live(DecodeHarness.model("lag-posterior"), log + 20, 0));
        }
        harness.horizon(log).send(records.get(i)).watermark(log - 1).idle();
        if (i == 2 * SWAPS / 3) {
          before = residentKib();
        }
      }
      harness.watermark(100_000).horizon(Long.MAX_VALUE);
      assertThat(residentKib() - before).isLessThan(MOST_KIB);
      assertThat(harness.decoded()).hasSize(records.size() / 2);
    }
    assertThat(threads()).isEqualTo(threads);
  }

  private static long residentKib() throws IOException {
    System.gc();
    String line =
        Files.readAllLines(STATUS).stream()
            .filter(status -> status.startsWith("VmRSS"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", ""));
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("model"))
        .collect(Collectors.toSet());
  }
}
