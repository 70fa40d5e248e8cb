package io.entrain.soak;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

/**
 * How far the job has come, in event time of the run: what was sent when, against the offsets that
 * it has committed. The feeder counts on one thread, the watcher asks on another.
 */
final class Pace {
  /** Blocks from one mark to the next. */
  private static final int STEP = 200;

  private record Mark(long millis, long[] sent) {}

  private final Queue<Mark> marks = new ArrayDeque<>();
  private final long[] sent;
  private long[] done;
  private long reachedMillis;

  /** {@code streams}: how many input topics there are. */
  Pace(int streams) {
    sent = new long[streams];
    done = new long[streams];
  }

  /** A block goes to the topic of a stream. */
  synchronized void sent(int stream, long millis) {
    if (Arrays.stream(sent).sum() % STEP == 0) {
      mark(millis);
    }
    sent[stream]++;
  }

  /** All that was sent until now left before {@code millis}. */
  synchronized void mark(long millis) {
    marks.add(new Mark(millis, sent.clone()));
  }

  /** The offsets that the job has committed, by stream; each topic has one partition. */
  synchronized void committed(long[] offsets) {
    done = offsets.clone();
    while (!marks.isEmpty() && isDone(marks.element())) {
      reachedMillis = marks.remove().millis;
    }
    notifyAll();
  }

  private boolean isDone(Mark mark) {
    for (int i = 0; i < done.length; i++) {
      if (done[i] < mark.sent[i]) {
        return false;
      }
    }
    return true;
  }

  /** Everything that left before this event time is behind the job's newest checkpoint. */
  synchronized long reachedMillis() {
    return reachedMillis;
  }

  /** Blocks sent so far. */
  synchronized long blocks() {
    return Arrays.stream(sent).sum();
  }

  /** Waits until the job is no more than {@code most} blocks behind. */
  synchronized void awaitRoom(long most) throws InterruptedException {
    while (Arrays.stream(sent).sum() - Arrays.stream(done).sum() > most) {
      wait();
    }
  }
}
