package io.entrain.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.entrain.wire.Block;
import io.entrain.world.InjectedLag;
import io.entrain.world.LagPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Marks of an event, and that they stay with it wherever it goes. */
class MarksTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir Path folder;

  /** Events whose first mark is their number, on two channels, some of them at the same time. */
  private static Session session(long seed) {
    Random random = new Random(seed);
    int size = 400;
    long[] nanos = random.longs(size, 0, 30).map(n -> n * SECOND).sorted().toArray();
    int[] channel = random.ints(size, 0, 2).toArray();
    float[] mark = new float[2 * size];
    for (int i = 0; i < size; i++) {
      mark[2 * i] = i;
      mark[2 * i + 1] = -i - .25f;
    }
    EventSignal beats =
        new EventSignal(
            "beats", 2, nanos, channel, List.of("height_mv", "interval_s"), mark, List.of());
    KnownLag lag = new KnownLag("beats", 0, new long[0], new double[0]);
    Session.About about = new Session.About("marked", "a test", "", List.of());
    return new Session(about, new Span(0, 30 * SECOND), List.of(beats), null, lag);
  }

  private static EventSignal beats(Session session) {
    return (EventSignal) session.signal("beats");
  }

  private static List<String> sent(Session session, long blockNanos) {
    List<String> rows = new ArrayList<>();
    Playback playback = new Playback().add(session, "s", blockNanos);
    while (playback.hasNext()) {
      Block.Events events = playback.next().block().events();
      for (int i = 0; i < events.channel().length; i++) {
        rows.add(events.channel()[i] + "/" + events.mark()[2 * i] + "/" + events.mark()[2 * i + 1]);
      }
      assertThat(events.mark()).hasSize(2 * events.channel().length);
    }
    return rows;
  }

  private static List<String> rows(EventSignal events) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < events.nanos().length; i++) {
      float[] mark = events.marksBetween(i, i + 1);
      rows.add(events.channel()[i] + "/" + mark[0] + "/" + mark[1]);
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aFolderKeepsMarksWithTheirEvents(long seed) throws IOException {
    Session session = session(seed);
    SessionWriter.write(session, folder);
    assertThat(SessionReader.read(folder)).isEqualTo(session);
  }

  @ParameterizedTest
  @CsvSource({"1,20", "2,137", "3,999", "4,5000"})
  void blocksOfAnyLengthCarryTheMarksOfTheirEvents(long seed, long blockMillis) {
    Session session = session(seed);
    assertThat(sent(session, blockMillis * 1_000_000L)).isEqualTo(rows(beats(session)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anInjectedLagMovesEventsWithTheirMarks(long seed) {
    Session session = session(seed);
    EventSignal whole = beats(session);
    Session lagged = new InjectedLag("beats", LagPlan.wandering(300, 500), 0, seed).into(session);
    EventSignal moved = beats(lagged);
    assertThat(moved.nanos().length).isGreaterThan(200);
    for (int i = 0; i < moved.nanos().length; i++) {
      float[] mark = moved.marksBetween(i, i + 1);
      int number = (int) mark[0];
      assertThat(mark[1]).isEqualTo(-number - .25f);
      assertThat(moved.channel()[i]).isEqualTo(whole.channel()[number]);
      assertThat(Math.abs(moved.nanos()[i] - whole.nanos()[number]))
          .isLessThanOrEqualTo(SECOND / 2);
    }
  }

  @Test
  void aStretchHasTheMarksOfItsOwnEvents() {
    Session session = session(5);
    EventSignal part = beats(session).between(session.span(), new Span(10 * SECOND, 12 * SECOND));
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < beats(session).nanos().length; i++) {
      long nanos = beats(session).nanos()[i];
      if (nanos >= 10 * SECOND && nanos < 12 * SECOND) {
        expected.add(rows(beats(session)).get(i));
      }
    }
    assertThat(rows(part)).isEqualTo(expected).isNotEmpty();
  }

  @Test
  void aMarkThatIsNoNumberOrTooManyAreRefused() throws IOException {
    SessionWriter.write(session(1), folder);
    Path yaml = folder.resolve("recording.yaml");
    String right = Files.readString(yaml);
    Files.writeString(yaml, right.replace("interval_s", "interval"));
    assertThatThrownBy(() -> SessionReader.read(folder))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("no column 'interval'");
    assertThatThrownBy(
            () ->
                new EventSignal(
                    "beats", 1, new long[2], new int[2], List.of("a"), new float[3], List.of()))
        .hasMessageContaining("3 marks for 2 events, want 1 of each");
  }

  @Test
  void heartbeatsOfPatientsReadWhereTheyWereConverted() throws IOException {
    Path sessions =
        Path.of(System.getProperty("entrain.root", ".")).resolve("build/bidmc/sessions");
    assumeTrue(
        Files.isDirectory(sessions),
        "no BIDMC session folders ("
            + sessions
            + "; see workbench/recordings/bidmc.py): not tested");
    try (Stream<Path> folders = Files.list(sessions)) {
      for (Path patient : folders.toList()) {
        EventSignal beats = beats(SessionReader.read(patient));
        assertThat(beats.marks()).hasSize(5).contains("interval_s");
        assertThat(beats.nanos().length).isBetween(300, 1200);
      }
    }
  }
}
