package io.entrain.view;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * What one browser sees, as server-sent events: the frames of the session that it has open, and the
 * status once a second.
 *
 * <h2>Guarantees</h2>
 *
 * Nothing is queued for a slow browser: while one frame is on its way, what comes is left where it
 * is, and the next frame takes it all, or says that some of it went.
 */
final class PageStream {
  /** Sixty frames a second are more than hops of 20 ms ask for. */
  private static final Duration LEAST_BETWEEN_FRAMES = Duration.ofMillis(14);

  private static final long STATUS_NANOS = 1_000_000_000L;
  private static final Duration MOST_WAIT = Duration.ofMillis(250);

  private final Gallery gallery;
  private final StatusWriter status;
  private final OutputStream out;
  private final String session;
  private long sentNumber;
  private long statusNanos = System.nanoTime() - STATUS_NANOS;

  /** {@code session} may be empty: the grid alone. */
  PageStream(Gallery gallery, StatusWriter status, OutputStream out, String session) {
    this.gallery = gallery;
    this.status = status;
    this.out = out;
    this.session = session;
  }

  /** Sends until the browser leaves, which shows as an exception, or the thread is interrupted. */
  void run() throws IOException, InterruptedException {
    Pulse rest = new Pulse();
    while (true) {
      long beats = gallery.pulse.beats();
      if (System.nanoTime() - statusNanos >= STATUS_NANOS) {
        statusNanos = System.nanoTime();
        send("health", status.health());
        send("grid", status.grid());
      }
      if (sendFrame()) {
        rest.awaitAfter(0, LEAST_BETWEEN_FRAMES);
      }
      gallery.pulse.awaitAfter(beats, MOST_WAIT);
    }
  }

  private boolean sendFrame() throws IOException {
    SessionTrack track = session.isEmpty() ? null : gallery.track(session);
    if (track == null) {
      return false;
    }
    List<Entry> entries = track.after(sentNumber);
    if (entries.isEmpty()) {
      return false;
    }
    boolean lost = entries.get(0).number() > sentNumber + 1;
    sentNumber = entries.get(entries.size() - 1).number();
    send("frame", FrameWriter.frame(entries, lost));
    return true;
  }

  void send(String event, byte[] json) throws IOException {
    out.write(("event: " + event + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    out.write(json);
    out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
