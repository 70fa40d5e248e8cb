package io.entrain.view;

import java.util.List;
import java.util.Optional;

/** The simulator behind a page, where there is one. Called from the page's threads. */
public interface Controls {
  /** Modalities that can be unplugged. */
  List<String> modalities();

  /** How a session is set; empty where it is not the simulator's. */
  Optional<ControlSettings> settings(String session);

  /**
   * Takes effect with the next block.
   *
   * @throws IllegalArgumentException where the simulator cannot do it; says what, value and bound
   */
  void set(String session, ControlSettings settings);

  /** The session's clock leaps ahead, with all its streams. */
  void jumpClock(String session);
}
