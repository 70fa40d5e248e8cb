package io.entrain.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * The timeline of a run as SVG: decoded records in each tenth of a second as bars, over them the
 * faults, below them an axis in seconds.
 */
final class Timeline {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 150;
  private static final int TOP = 24;
  private static final int BOTTOM = 34;

  /** Seconds between marks of the axis: the first that leaves no more than {@link #MOST_MARKS}. */
  private static final int[] STEPS = {1, 2, 5, 10, 20, 60, 120, 300, 600};

  private static final int MOST_MARKS = 15;

  private final StringBuilder svg = new StringBuilder();
  private final JsonNode tenths;
  private final double tenthWidth;

  private Timeline(JsonNode tenths) {
    this.tenths = tenths;
    this.tenthWidth = (double) WIDTH / Math.max(1, tenths.size());
  }

  /** Of one run of a report. */
  static String of(JsonNode run) {
    Timeline timeline = new Timeline(run.path("decoded_per_tenth"));
    timeline.add("<svg viewBox='0 0 %d %d' role=img>", WIDTH, TOP + HEIGHT + BOTTOM);
    timeline.add(
        "<title>Decoded records in each tenth of a second (square root), and the faults</title>");
    timeline.bars();
    run.path("faults").forEach(timeline::fault);
    timeline.axis();
    timeline.add("</svg>");
    return timeline.svg.toString();
  }

  private void bars() {
    double most = 1;
    for (JsonNode count : tenths) {
      most = Math.max(most, Math.sqrt(count.asInt()));
    }
    for (int i = 0; i < tenths.size(); i++) {
      double height = Math.sqrt(tenths.get(i).asInt()) / most * HEIGHT;
      if (height > 0) {
        add(
            "<rect class=bar x='%.2f' y='%.2f' width='%.2f' height='%.2f'/>",
            i * tenthWidth, TOP + HEIGHT - height, tenthWidth, height);
      }
    }
  }

  private void fault(JsonNode fault) {
    double x = fault.path("at_millis").asDouble() / 100 * tenthWidth;
    double width = Math.max(1.5, fault.path("length_millis").asDouble() / 100 * tenthWidth);
    add("<rect class=fault x='%.2f' y='%d' width='%.2f' height='%d'/>", x, TOP, width, HEIGHT);
    add(
        "<text x='%.2f' y='%d'>%s</text>",
        x, TOP - 8, ChaosPage.escape(fault.path("kind").asText()));
  }

  private void axis() {
    int seconds = tenths.size() / 10;
    int step = STEPS[STEPS.length - 1];
    for (int i = STEPS.length - 1; i >= 0 && seconds / STEPS[i] <= MOST_MARKS; i--) {
      step = STEPS[i];
    }
    int foot = TOP + HEIGHT;
    add("<line class=axis x1='0' y1='%d' x2='%d' y2='%d'/>", foot, WIDTH, foot);
    for (int second = 0; second <= seconds; second += step) {
      double x = second * 10 * tenthWidth;
      add("<line class=axis x1='%.2f' y1='%d' x2='%.2f' y2='%d'/>", x, foot, x, foot + 4);
      add("<text class=mark x='%.2f' y='%d'>%d</text>", x, foot + 16, second);
    }
    add("<text x='%d' y='%d' text-anchor='end'>s after the first block</text>", WIDTH, foot + 31);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
