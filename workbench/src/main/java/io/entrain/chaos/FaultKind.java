package io.entrain.chaos;

import java.util.Locale;

/** What can go wrong, and to whom. */
public enum FaultKind {
  /** SIGKILL of the TaskManager that runs the job; another one is started in its place. */
  TASKMANAGER_KILL(Victim.PROCESS, 0, 0),
  /** SIGSEGV of the same, as a crash of the native library; another one is started. */
  TASKMANAGER_CRASH(Victim.PROCESS, 0, 0),
  /** SIGKILL of the JobManager, which is started again a second later. */
  JOBMANAGER_KILL(Victim.PROCESS, 1000, 1000),
  /** SIGKILL of the broker, which is started again over the data that it left. */
  BROKER_KILL(Victim.PROCESS, 500, 3000),
  /** SIGSTOP of the TaskManager that runs the job for longer than the heartbeat's time-out. */
  TASKMANAGER_PAUSE(Victim.PROCESS, 6000, 9000),
  /** No space is left under the checkpoints. */
  DISK_FULL(Victim.PROCESS, 3000, 6000),
  /** The job is stopped with a savepoint and goes on wider, and later on as wide as before. */
  RESCALE(Victim.PROCESS, 10000, 12000),
  /** Another model is announced and takes over every session at one log time, seconds later. */
  MODEL_SWAP(Victim.PROCESS, 0, 0),
  /** Connections between job and broker are closed, and refused for a while. */
  NETWORK_CUT(Victim.NETWORK, 500, 4000),
  /** Everything between job and broker takes 150 ms longer. */
  NETWORK_DELAY(Victim.NETWORK, 3000, 6000),
  /** Connections between job and broker stand and nothing passes. */
  NETWORK_BLACK_HOLE(Victim.NETWORK, 1000, 6000),
  /** A link of 400 kB/s between job and broker, each way and connection. */
  NETWORK_SLOW(Victim.NETWORK, 3000, 6000),
  /** A producer that sends blocks again: each of a stream comes twice. */
  BLOCKS_REPEATED(Victim.INPUT, 500, 3000),
  /** Neighbouring blocks of a stream change places. */
  BLOCKS_REORDERED(Victim.INPUT, 500, 3000),
  /** Blocks of a stream come 0.5 to 2.5 s late, together. */
  BLOCKS_LATE(Victim.INPUT, 500, 2500),
  /** Blocks of events of a stream come cut in two. */
  BLOCKS_RECUT(Victim.INPUT, 500, 3000),
  /** A stream stops and comes back. */
  STREAM_STOPPED(Victim.INPUT, 500, 5000),
  /** The clock of one stream leaps ahead by 10 to 200,000 s and is set right again. */
  CLOCK_JUMP(Victim.INPUT, 1000, 4000),
  /** The clock of one stream goes back by up to 30 s and is set right again. */
  CLOCK_BACK(Victim.INPUT, 1000, 4000),
  /** The clock of one stream drifts by 0.1 % and is set right again. */
  CLOCK_DRIFT(Victim.INPUT, 2000, 6000);

  /** To whom it happens. */
  public enum Victim {
    /** A process of the cluster: it must not be seen in what is delivered. */
    PROCESS,
    /** What is between job and broker: it must not be seen either. */
    NETWORK,
    /** The input: what becomes of it must be what becomes of it in the undisturbed run. */
    INPUT
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
