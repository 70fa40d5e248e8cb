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
    for (int row = 0; row < windows.size(); row++) {
      session.accept(windows.get(row).session());
      newest[row] = fill(decoder, row, windows.get(row));
    }
    long micros = decoder.run(windows.size());
    publisher.called(windows.size(), micros);
    for (int row = 0; row < windows.size(); row++) {
      ReadyWindow window = windows.get(row);
      session.accept(window.session());
      keepState(decoder, window, row);
      publisher.publish(
          decoder, window, newest[row], new Publisher.Call(row, windows.size(), micros));
      shadows.offer(window);
      dropPanes(window);
    }
  }

  private PaneRow fill(Decoder decoder, int row, ReadyWindow window) throws Exception {
    return decoder.fill(
        row,
        store.window(window.pane(), decoder.contract().contextHops()),
        window.panesSinceStart() == 0 ? null : store.tensors());
  }

  private void keepState(Decoder decoder, ReadyWindow window, int row) throws Exception {
    if (decoder.hasStates()) {
      store.putTensors(decoder.nextTensors(row));
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
