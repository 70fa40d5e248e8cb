package io.entrain.bench.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;

/** CPU time of some threads of this process, to leave them out of an account. */
public final class ThreadCpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private ThreadCpu() {}

  /** CPU time so far of the live threads whose name holds {@code part}, and of this one. */
  public static Map<Long, Long> nanos(String part) {
    Map<Long, Long> nanos = new HashMap<>();
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().contains(part)) {
        nanos.put(thread.getThreadId(), THREADS.getThreadCpuTime(thread.getThreadId()));
      }
    }
    nanos.put(Thread.currentThread().getId(), THREADS.getCurrentThreadCpuTime());
    return nanos;
  }

  /** What they used between two looks. */
  public static long between(Map<Long, Long> before, Map<Long, Long> after) {
    long used = 0;
    for (Map.Entry<Long, Long> thread : after.entrySet()) {
      used += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
    }
    return used;
  }
}
