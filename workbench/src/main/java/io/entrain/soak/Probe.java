package io.entrain.soak;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Measures the process that it runs in. */
final class Probe {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final long KIB = 1024;

  private Probe() {}

  /** Collects garbage, then writes what is left into {@code reply}. */
  static void measure(ObjectNode reply) {
    System.gc();
    long heap = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage afterCollection = pool.getCollectionUsage();
      if (pool.getType() == MemoryType.HEAP && afterCollection != null) {
        heap += afterCollection.getUsed();
      }
    }
    long resident = residentBytes();
    long committed = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    reply.put("heap_bytes", heap);
    reply.put("resident_bytes", resident);
    // The heap is resident from the start on: it is touched, and neither grows nor shrinks.
    reply.put("native_bytes", resident == 0 ? 0 : resident - committed);
    reply.put(
        "code_bytes", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted());
    reply.put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
  }

  /** Resident set of this process; 0 where the system does not tell. */
  private static long residentBytes() {
    if (!Files.exists(STATUS)) {
      return 0;
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(RESIDENT)) {
          String value = line.substring(RESIDENT.length()).strip().toLowerCase(Locale.ROOT);
          return KIB * Long.parseLong(value.substring(0, value.indexOf(' ')));
        }
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
