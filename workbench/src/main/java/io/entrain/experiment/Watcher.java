package io.entrain.experiment;

import java.time.Duration;

/** Who waits for an experiment: is told how it goes on, and may stop it. */
public interface Watcher {
  /** Waits no longer than {@code duration}, less where the experiment is to stop; whether it is. */
  boolean stops(Duration duration);

  /** Sessions are being sent: {@code done} of {@code total}. */
  void sending(long done, long total);

  /** Windows have been decoded: {@code done} of {@code total} of the whole experiment. */
  void decoding(long done, long total);
}
