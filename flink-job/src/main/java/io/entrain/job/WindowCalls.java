package io.entrain.job;

import io.entrain.pane.PaneRow;
import java.util.List;
import java.util.function.Consumer;

/**
 * Calls of a model over windows of any sessions: lays the windows out, keeps the states for the
 * next ones, hands on what came out, and drops the panes that no later window needs.
 */
final class WindowCalls {
  private final SessionStore store;
  private final Shadows shadows;
  private final Publisher publisher;
  private final Consumer<String> session;

  /**
   * Of one operator.
   *
   * @param session is told the session before its state is used
   */
  WindowCalls(SessionStore store, Shadows shadows, Publisher publisher, Consumer<String> session) {
    this.store = store;
    this.shadows = shadows;
    this.publisher = publisher;
    this.session = session;
  }

  /** Runs the model over a batch; of one with states, at most one window of each session. */
  void run(Decoder decoder, List<ReadyWindow> windows) throws Exception {
    PaneRow[] newest = new PaneRow[windows.size()];
    float[][][] kept = new float[windows.size()][][];
    PaneRow[] room = new PaneRow[decoder.contract().contextHops()];
    for (int row = 0; row < windows.size(); row++) {
      ReadyWindow window = windows.get(row);
      session.accept(window.session());
      PaneRow[] panes = store.window(window.pane(), room);
      kept[row] = window.panesSinceStart() == 0 ? null : store.tensors();
      newest[row] = decoder.fill(row, panes, kept[row]);
    }
    long micros = decoder.run(windows.size());
    publisher.called(windows.size(), micros);
    for (int row = 0; row < windows.size(); row++) {
      ReadyWindow window = windows.get(row);
      session.accept(window.session());
      keepState(decoder, window, row, kept[row]);
      publisher.publish(
          decoder, window, newest[row], new Publisher.Call(row, windows.size(), micros));
      shadows.offer(window);
      dropPanes(window);
    }
  }

  /** The arrays that were read are written again: the backend hands out what may be changed. */
  private void keepState(Decoder decoder, ReadyWindow window, int row, float[][] read)
      throws Exception {
    if (decoder.hasStates()) {
      store.putTensors(decoder.nextTensors(row, read));
    } else if (window.panesSinceStart() == 0) {
      store.putTensors(null);
    }
  }

  private void dropPanes(ReadyWindow window) throws Exception {
    long oldest = window.pane() - window.keptHops() + 1;
    if (window.sweeps()) {
      store.dropPanesThrough(oldest);
    } else {
      store.dropPane(oldest);
    }
  }
}
