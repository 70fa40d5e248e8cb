package io.entrain.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the figures hold for.
 *
 * @param processor its name, or the architecture where the system does not tell
 * @param cores that this process may use
 * @param memoryBytes of the machine
 * @param system name and release
 * @param java version of the JVM
 * @param loadAverage processes that wanted to run in the last minute before; far above 0 means that
 *     the machine was not quiet; negative where the system does not tell
 */
public record Machine(
    String processor, int cores, long memoryBytes, String system, String java, double loadAverage) {

  /** This one, now. */
  public static Machine here() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        processor(system.getArch()),
        system.getAvailableProcessors(),
        system.getTotalMemorySize(),
        system.getName() + " " + system.getVersion(),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        system.getSystemLoadAverage());
  }

  private static String processor(String architecture) {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException elsewhere) {
      return architecture;
    }
  }

  /** For people: one fact a line. */
  public List<String> lines() {
    return List.of(
        "processor: %s, %d cores".formatted(processor, cores),
        String.format(Locale.ROOT, "memory: %.0f GiB", memoryBytes / (double) (1L << 30)),
        "system: " + system,
        "Java: " + java,
        String.format(Locale.ROOT, "load average before the run: %.2f", loadAverage));
  }
}
