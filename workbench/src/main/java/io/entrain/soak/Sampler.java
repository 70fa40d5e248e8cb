package io.entrain.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Asks the job how it is, each minute of event time but not more often than it bears. */
final class Sampler {
  private static final long MINUTE_MILLIS = 60_000;

  /** A sample costs the job a full collection and a savepoint. */
  private static final long LEAST_WALL_MILLIS = 4_000;

  private final JobProcess job;
  private final Outputs outputs;
  private final Feeder.Books books;
  private final Path broker;
  private final List<Sample> samples = new ArrayList<>();
  private long mostDiskBytes;

  /** {@code broker}: folder of the topics. */
  Sampler(JobProcess job, Outputs outputs, Feeder.Books books, Path broker) {
    this.job = job;
    this.outputs = outputs;
    this.books = books;
    this.broker = broker;
  }

  boolean isDue(long eventMillis, long wallMillis) {
    if (samples.isEmpty()) {
      return true;
    }
    Sample newest = samples.get(samples.size() - 1);
    return eventMillis - newest.eventMillis() >= MINUTE_MILLIS
        && wallMillis - newest.wallMillis() >= LEAST_WALL_MILLIS;
  }

  /**
   * Takes a sample, unless the job has failed.
   *
   * @param over sessions of which nothing may be left
   */
  void take(long eventMillis, long wallMillis, List<Visit> visits, Set<String> over) {
    mostDiskBytes = Math.max(mostDiskBytes, sizeInBytes(broker));
    JsonNode reply = job.sample();
    if (reply == null) {
      return;
    }
    String savepoint = reply.get("savepoint").asText();
    Census census = Census.of(savepoint);
    delete(Path.of(URI.create(savepoint)));
    Set<String> overstayed = new HashSet<>(census.sessions());
    overstayed.retainAll(over);
    long begun = visits.stream().filter(visit -> visit.startMillis() <= eventMillis).count();
    Sample.Memory memory =
        new Sample.Memory(
            reply.get("heap_bytes").asLong(),
            reply.get("resident_bytes").asLong(),
            reply.get("native_bytes").asLong(),
            reply.get("code_bytes").asLong(),
            reply.get("threads").asInt());
    Sample.State state =
        new Sample.State(
            census.bytes(),
            census.entries(),
            census.sessions().size(),
            (int) begun - over.size(),
            overstayed.size());
    samples.add(
        new Sample(
            eventMillis,
            wallMillis,
            memory,
            state,
            books.pace().blocks(),
            outputs.panes(),
            outputs.letters()));
  }

  List<Sample> samples() {
    return samples;
  }

  long mostDiskBytes() {
    return mostDiskBytes;
  }

  private static void delete(Path savepoint) {
    try (Stream<Path> files = Files.walk(savepoint)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + savepoint, e);
    }
  }

  private static long sizeInBytes(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(Sampler::fileBytes).sum();
    } catch (IOException | UncheckedIOException gone) {
      return 0; // a segment went while it was looked at; the next sample looks again
    }
  }

  private static long fileBytes(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (NoSuchFileException gone) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
