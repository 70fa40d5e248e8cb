package io.entrain.job;

import io.entrain.pane.PaneRow;
import io.entrain.swap.ModelTerm;
import io.entrain.swap.Schedule;
import io.entrain.wire.v1.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes with shadow models what the live ones have decoded already, one window of one model at a
 * time, when the operator finds time. Windows for which it never finds time are skipped, oldest
 * first. A shadow that fails is switched off until it is announced again.
 */
final class Shadows {
  private static final Logger LOG = LoggerFactory.getLogger(Shadows.class);

  /** What the shadows of an operator work with. */
  record Surroundings(
      OpenModels models, SessionStore store, DecodeMetrics measures, Letters letters) {}

  private record Waiting(ModelTerm term, ReadyWindow window, PaneRow[] panes) {}

  private final Map<String, Schedule> schedules;
  private final Surroundings around;
  private final int mostWaiting;
  private final Consumer<OutputRecord> output;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Set<ModelTerm> failed = new HashSet<>();

  /**
   * Of the schedules, which may change.
   *
   * @param mostWaiting windows that may wait; also most that a checkpoint has to wait for
   */
  Shadows(
      Map<String, Schedule> schedules,
      Surroundings around,
      int mostWaiting,
      Consumer<OutputRecord> output) {
    this.schedules = schedules;
    this.around = around;
    this.mostWaiting = mostWaiting;
    this.output = output;
  }

  /** Whether the term was switched off. */
  boolean hasFailed(ModelTerm term) {
    return failed.contains(term);
  }

  private List<ModelTerm> at(long logMillis) {
    if (schedules.isEmpty()) {
      return List.of();
    }
    List<ModelTerm> terms = new ArrayList<>();
    for (Schedule schedule : schedules.values()) {
      ModelTerm term = schedule.at(logMillis);
      boolean runs = !term.isVacant() && term.fromMillis() <= logMillis && !hasFailed(term);
      if (runs && around.models().isDecided(term)) {
        terms.add(term);
      }
    }
    return terms;
  }

  /** Most panes that one of them wants of a window. */
  int contextHops(long logMillis) {
    int most = 0;
    for (ModelTerm term : at(logMillis)) {
      Decoder decoder = decoder(term);
      most = decoder == null ? most : Math.max(most, decoder.contract().contextHops());
    }
    return most;
  }

  /** Takes a window of the current session, of which the live output is out. */
  void offer(ReadyWindow window) throws Exception {
    for (ModelTerm term : at(window.logMillis())) {
      Decoder decoder = decoder(term);
      if (decoder != null) {
        PaneRow[] panes =
            around.store().window(window.pane(), new PaneRow[decoder.contract().contextHops()]);
        waiting.add(new Waiting(term, window, panes));
      }
    }
    while (waiting.size() > mostWaiting) {
      waiting.remove();
      around.measures().shadowSkipped();
    }
  }

  /** Whether a window waits. */
  boolean areWaiting() {
    return !waiting.isEmpty();
  }

  /**
   * Decodes the window that waits longest.
   *
   * @param session is told the session before its state is used
   */
  void decodeNext(Consumer<String> session) throws Exception {
    Waiting next = waiting.remove();
    Decoder decoder = decoder(next.term());
    if (decoder != null) {
      session.accept(next.window().session());
      decode(next, decoder);
    }
  }

  private void decode(Waiting next, Decoder decoder) throws Exception {
    ReadyWindow window = next.window();
    ShadowRow row = around.store().shadow(next.term().model());
    if (row == null || !row.sha256.equals(decoder.sha256())) {
      row = new ShadowRow();
      row.sha256 = decoder.sha256();
      row.firstPane = window.paneInStretch();
    }
    float[][] kept = row.tensors.length == 0 ? null : row.tensors;
    PaneRow newest = decoder.fill(0, next.panes(), kept);
    long micros;
    try {
      micros = decoder.run(1);
    } catch (RuntimeException failure) {
      switchOff(next.term(), failure);
      return;
    }
    float[][] tensors = decoder.nextTensors(0, kept);
    row.tensors = tensors == null ? new float[0][] : tensors;
    around.store().putShadow(next.term().model(), row);
    boolean warmingUp = window.paneInStretch() - row.firstPane < decoder.contract().warmupHops();
    byte[] decoded = decoder.encoded(decoder.decoded(window, warmingUp, newest, 0));
    around.measures().shadowDecoded();
    output.accept(
        new OutputRecord(
            OutputKind.SHADOW,
            Messages.key(window.session()),
            decoded,
            window.arrivedMillis(),
            micros,
            1));
  }

  /** The model, or null where it could not be opened. */
  private Decoder decoder(ModelTerm term) {
    if (hasFailed(term)) {
      return null;
    }
    try {
      return around.models().get(term);
    } catch (RuntimeException failure) {
      switchOff(term, failure);
      return null;
    }
  }

  private void switchOff(ModelTerm term, RuntimeException failure) {
    failed.add(term);
    waiting.removeIf(other -> other.term().equals(term));
    around.measures().rejected(Reason.SHADOW_FAILED);
    LOG.warn("Shadow {} ({}) is switched off", term.model(), term.file(), failure);
    RawRecord announced =
        new RawRecord(
            -1, "", 0, term.offset(), term.fromMillis(), Messages.key(term.model()), new byte[0]);
    String detail =
        "shadow model %s (%s) is switched off: %s"
            .formatted(term.model(), term.file(), failure.getMessage());
    around.letters().of(announced, Reason.SHADOW_FAILED, detail).forEach(output);
  }
}
