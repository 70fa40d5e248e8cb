package io.entrain.cli;

import io.entrain.scoring.Score;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo shows: on a terminal a panel that is redrawn in place, else a line now and then.
 * Plain ASCII, at most 80 columns.
 */
final class DemoScreen {
  private static final Duration REDRAW = Duration.ofMillis(250);
  private static final Duration LINE = Duration.ofSeconds(10);
  private static final String UP_AND_CLEAR = "\033[%dA\033[J";
  private static final int BAR_WIDTH = 30;

  /** The lag's axis: ±200 ms, 10 ms a column. */
  private static final int AXIS_HALF = 20;

  private static final double AXIS_MILLIS = 10;

  private final PrintWriter out;
  private final boolean panel;
  private long shownNanos = System.nanoTime() - LINE.toNanos();
  private int drawnLines;

  DemoScreen(PrintWriter out, boolean headless) {
    this.out = out;
    this.panel = !headless && Installation.onTerminal();
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Shows the state, unless it was shown a moment ago. */
  void show(DemoState state) {
    long now = System.nanoTime();
    if (now - shownNanos < (panel ? REDRAW : LINE).toNanos()) {
      return;
    }
    shownNanos = now;
    if (panel) {
      draw(state);
    } else {
      say(line(state));
    }
  }

  /** Shows how it ended. */
  void end(DemoState state) {
    if (panel) {
      draw(state);
    } else {
      panel(state).forEach(this::say);
    }
  }

  private void draw(DemoState state) {
    List<String> lines = panel(state);
    StringBuilder text = new StringBuilder();
    if (drawnLines > 0) {
      text.append(UP_AND_CLEAR.formatted(drawnLines));
    }
    lines.forEach(line -> text.append(line).append(System.lineSeparator()));
    drawnLines = lines.size();
    out.print(text);
    out.flush();
  }

  /** One line: how far, the fit of each model, the lag's error. */
  static String line(DemoState state) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "%5.1f s ", state.atSeconds()));
    for (Score score : state.scores()) {
      text.append(String.format(Locale.ROOT, " %s R2 %s,", score.model(), number(score.r2(), 3)));
    }
    text.append(" lag rmse ").append(number(state.lagRmseMillis(), 1)).append(" ms,");
    text.append(" p99 ").append(number(state.latencyP99Millis(), 0)).append(" ms");
    return text.toString();
  }

  /** The whole picture. */
  static List<String> panel(DemoState state) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "Entrain, %.0f of %d s, %d sessions",
            state.atSeconds(),
            state.ofSeconds(),
            state.lags().size()));
    lines.add("");
    lines.add("R2 of velocity so far, newest step");
    state.scores().forEach(score -> lines.add(bar(score)));
    lines.add("");
    lines.add("Lag of spikes against LFP: | true, o estimated, from -200 to +200 ms");
    state.lags().forEach(lag -> lines.add(axis(lag)));
    lines.add("  rmse since warm-up " + number(state.lagRmseMillis(), 1) + " ms");
    lines.add("");
    lines.add(
        "Latency p50 %s ms, p99 %s ms"
            .formatted(number(state.latencyP50Millis(), 0), number(state.latencyP99Millis(), 0)));
    DemoState.Counts counts = state.counts();
    lines.add(
        String.format(
            Locale.ROOT,
            "Windows %d of %d, records rejected %d (late %d)",
            counts.windows(),
            counts.expectedWindows(),
            counts.rejected(),
            counts.late()));
    return lines;
  }

  private static String bar(Score score) {
    int length = (int) Math.round(BAR_WIDTH * Math.max(0, Math.min(1, score.r2())));
    return "  %-16s %6s  %s".formatted(score.model(), number(score.r2(), 3), "#".repeat(length));
  }

  private static String axis(DemoState.LagNow lag) {
    char[] axis = ("-".repeat(AXIS_HALF) + "+" + "-".repeat(AXIS_HALF)).toCharArray();
    axis[column(lag.trueMillis())] = '|';
    axis[column(lag.millis())] = 'o';
    return String.format(
        Locale.ROOT,
        "  [%s] %+4.0f, %+4.0f +-%3.0f ms",
        new String(axis),
        lag.trueMillis(),
        lag.millis(),
        lag.sdMillis());
  }

  private static int column(double millis) {
    long column = AXIS_HALF + Math.round(millis / AXIS_MILLIS);
    return (int) Math.max(0, Math.min(2L * AXIS_HALF, column));
  }

  private static String number(double value, int digits) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + digits + "f", value) : "-";
  }
}
