package io.entrain.bench.load;

import com.sun.management.ThreadMXBean;
import io.entrain.bench.measure.Meter;
import io.entrain.bench.measure.Sample;
import io.entrain.job.OutputRecord;
import io.entrain.job.RawRecord;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One run of a job whose ends are in memory: what its sources read and what its sink got. Sources
 * and sink find it by its number, because the engine serialises them.
 *
 * <p>It measures from one output to the last, so that neither the start of the job nor an empty
 * pipeline counts.
 */
public final class MemoryRun implements AutoCloseable {
  private static final AtomicLong NEXT = new AtomicLong();
  private static final Map<Long, MemoryRun> OPEN = new ConcurrentHashMap<>();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long number = NEXT.getAndIncrement();
  private final Feed feed;
  private final int times;
  private final long expected;
  private final long skipped;
  private final Meter meter = new Meter();
  private final List<OutputRecord> outputs = new ArrayList<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final CompletableFuture<Void> released = new CompletableFuture<>();
  private long arrived;
  private long allocatedBefore;
  private long allocatedBytes;

  /** Opens a run that reads the feed once and ends with as many outputs. */
  public MemoryRun(Feed feed, long expected) {
    this(feed, 1, expected, false);
  }

  /**
   * Opens a run.
   *
   * @param times how often the sources read the feed; more than once is for floors alone, which do
   *     not look into it
   * @param expected outputs, with which it ends
   * @param holds whether the sources stay open after their last record until {@link #release}
   */
  public MemoryRun(Feed feed, int times, long expected, boolean holds) {
    this.feed = feed;
    this.times = times;
    this.expected = expected;
    this.skipped = expected / 8;
    if (expected < 2) {
      throw new IllegalArgumentException("expects %d outputs; two at least".formatted(expected));
    }
    if (!holds) {
      released.complete(null);
    }
    OPEN.put(number, this);
  }

  static MemoryRun of(long number) {
    return OPEN.get(number);
  }

  long number() {
    return number;
  }

  List<RawRecord> stream(int index) {
    return feed.streams().get(index);
  }

  int times() {
    return times;
  }

  CompletableFuture<Void> released() {
    return released;
  }

  CompletableFuture<Void> done() {
    return done;
  }

  /** The sink got something; from its one thread, which is also that of the operator before it. */
  void arrive(Object output) {
    if (output instanceof OutputRecord record) {
      outputs.add(record);
    }
    arrived++;
    if (arrived == skipped + 1) {
      allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
      meter.start();
    }
    if (arrived == expected) {
      meter.stop();
      allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
      done.complete(null);
    }
  }

  /** Lets the sources end. */
  public void release() {
    released.complete(null);
  }

  /** What came out, in order; after the run. */
  public List<OutputRecord> outputs() {
    return outputs;
  }

  /** Bytes that the task before the sink allocated for each output. */
  public double bytesPerOutput() {
    return (double) allocatedBytes / measured();
  }

  /** Outputs between start and stop. */
  private long measured() {
    return expected - skipped - 1;
  }

  /**
   * The rate of outputs, each counted as so many pieces of work.
   *
   * @param checksum see {@link Sample}
   */
  public Sample sample(double unitsOfAnOutput, long checksum) {
    return meter.sample(Math.round(measured() * unitsOfAnOutput), checksum);
  }

  @Override
  public void close() {
    release();
    OPEN.remove(number);
  }
}
