package io.entrain.chaos;

import java.util.Locale;

/** What can go wrong, and to whom. */
public enum FaultKind {
  /** SIGKILL of the TaskManager that runs the job; another one is started in its place. */
  TASKMANAGER_KILL(Victim.PROCESS, 0, 0),
  /** SIGKILL of the JobManager, which is started again a second later. */
  JOBMANAGER_KILL(Victim.PROCESS, 1000, 1000),
  /** SIGKILL of the broker, which is started again over the data that it left. */
  BROKER_KILL(Victim.PROCESS, 500, 3000),
  /** SIGSTOP of the TaskManager that runs the job for longer than the heartbeat's time-out. */
  TASKMANAGER_PAUSE(Victim.PROCESS, 6000, 9000);

  /** To whom it happens. */
  public enum Victim {
    /** A process of the cluster: it must not be seen in what is delivered. */
    PROCESS
  }

  private final Victim victim;
  private final int leastMillis;
  private final int mostMillis;

  FaultKind(Victim victim, int leastMillis, int mostMillis) {
    this.victim = victim;
    this.leastMillis = leastMillis;
    this.mostMillis = mostMillis;
  }

  /** To whom it happens. */
  public Victim victim() {
    return victim;
  }

  /** Shortest time that it lasts. */
  int leastMillis() {
    return leastMillis;
  }

  /** Longest time that it lasts. */
  int mostMillis() {
    return mostMillis;
  }

  /** As it is typed and printed, for example {@code taskmanager-kill}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
