package io.entrain.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** One line of progress with the time that is left; redrawn on a terminal, else now and then. */
final class ProgressBar {
  private static final int WIDTH = 24;
  private static final Duration REDRAW = Duration.ofMillis(200);
  private static final Duration REPEAT = Duration.ofSeconds(15);

  private final String what;
  private final String unit;
  private final PrintWriter out;
  private long startNanos;
  private long shownNanos;
  private long first;
  private long last = -1;

  ProgressBar(String what, String unit, PrintWriter out) {
    this.what = what;
    this.unit = unit;
    this.out = out;
  }

  void show(long done, long total) {
    long now = System.nanoTime();
    if (last < 0 || done < last) {
      startNanos = now;
      first = done;
    }
    boolean complete = done >= total && last < done;
    Duration pause = Installation.onTerminal() ? REDRAW : REPEAT;
    if (last >= 0 && done >= last && !complete && now - shownNanos < pause.toNanos()) {
      return;
    }
    last = done;
    shownNanos = now;
    String line = line(done, total, now);
    if (Installation.onTerminal()) {
      out.print("\r" + line + (complete ? System.lineSeparator() : ""));
    } else {
      out.println(line);
    }
    out.flush();
  }

  private String line(long done, long total, long now) {
    int filled = total == 0 ? WIDTH : (int) (WIDTH * Math.min(done, total) / total);
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %,d of %,d %s%s",
        what,
        "#".repeat(filled),
        " ".repeat(WIDTH - filled),
        done,
        total,
        unit,
        left(done, total, now));
  }

  private String left(long done, long total, long now) {
    if (done <= first || done >= total) {
      return "      ";
    }
    long seconds = (long) ((now - startNanos) * 1e-9 * (total - done) / (done - first));
    return String.format(Locale.ROOT, ", %d:%02d left", seconds / 60, seconds % 60);
  }
}
