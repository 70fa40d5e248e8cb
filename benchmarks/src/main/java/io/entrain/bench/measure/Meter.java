package io.entrain.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Wall time and this process's CPU time between a start and a stop, which may come from different
 * threads. The first start and the last stop count.
 */
public final class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private long startNanos;
  private long startCpuNanos;
  private long wallNanos = -1;
  private long cpuNanos;
  private boolean started;

  /** CPU time of all threads of this process since it began. */
  public static long processCpuNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  /** Begins to measure; does nothing the second time. */
  public synchronized void start() {
    if (!started) {
      started = true;
      startCpuNanos = processCpuNanos();
      startNanos = System.nanoTime();
    }
  }

  /** Ends measuring. */
  public synchronized void stop() {
    if (!started) {
      throw new IllegalStateException("stopped before it was started");
    }
    wallNanos = System.nanoTime() - startNanos;
    // The system may count in steps of 10 ms: what was too short to be seen is not nothing.
    cpuNanos = Math.max(1, processCpuNanos() - startCpuNanos);
  }

  /**
   * What was measured.
   *
   * @param units pieces of work done in between
   * @param checksum of the output; 0 where there is none to compare
   */
  public synchronized Sample sample(long units, long checksum) {
    if (wallNanos < 0) {
      throw new IllegalStateException("not stopped");
    }
    return new Sample(units, Math.max(1, wallNanos), cpuNanos, checksum);
  }
}
