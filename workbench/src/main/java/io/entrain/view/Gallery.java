package io.entrain.view;

import com.google.protobuf.InvalidProtocolBufferException;
import io.entrain.wire.MessageCodec;
import io.entrain.wire.Timing;
import io.entrain.wire.v1.Decoded;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Everything the page can show, fed by one thread and read by many. Bounded: so many bytes over all
 * sessions, so many sessions (the one that was silent longest goes), so many dead letters.
 */
final class Gallery {
  static final int MOST_SESSIONS = 1000;
  private static final int MOST_MODELS = 16;

  /** Ten seconds of twenty sessions of 96 units and 16 channels, with alignment. */
  private static final long BUDGET_BYTES = 128L << 20;

  /** A session's share where there are fewer than this many. */
  private static final int LEAST_SHARES = 16;

  final Pulse pulse = new Pulse();
  final HopTimes times = new HopTimes();
  final RejectLog rejects = new RejectLog();
  private final Map<String, SessionTrack> tracks = new ConcurrentHashMap<>();
  private final Map<String, String> models = new ConcurrentHashMap<>();
  private final AtomicLong unreadable = new AtomicLong();
  private final AtomicInteger onlookers = new AtomicInteger();

  /** Takes one record; what cannot be read is counted. */
  void take(TopicKind kind, ConsumerRecord<byte[], byte[]> record, long nowMillis) {
    try {
      switch (kind) {
        case REJECTED -> rejects.add(MessageCodec.REJECTED.decode(record.value()));
        case DECODED -> takeDecoded(record, nowMillis);
        default -> keep(kind, record, null);
      }
    } catch (InvalidProtocolBufferException | RuntimeException notOurs) {
      unreadable.incrementAndGet();
    }
  }

  private void takeDecoded(ConsumerRecord<byte[], byte[]> record, long nowMillis)
      throws InvalidProtocolBufferException {
    Decoded decoded = MessageCodec.DECODED.decode(record.value());
    if (models.size() < MOST_MODELS) {
      models.put(decoded.getModel(), decoded.getModelSha256());
    }
    Timing timing = Timing.read(record.headers());
    if (timing != null && !decoded.getWarmingUp()) {
      times.add(timing, nowMillis);
    }
    keep(TopicKind.DECODED, record, timing).stand(decoded, nowMillis);
  }

  private SessionTrack keep(TopicKind kind, ConsumerRecord<byte[], byte[]> record, Timing timing) {
    String session = new String(record.key(), StandardCharsets.UTF_8);
    SessionTrack track = tracks.get(session);
    if (track == null) {
      makeRoom();
      track = new SessionTrack(session);
      tracks.put(session, track);
    }
    long most = BUDGET_BYTES / Math.max(LEAST_SHARES, tracks.size());
    track.keep(kind, record.topic(), record.value(), timing, most);
    return track;
  }

  private void makeRoom() {
    if (tracks.size() >= MOST_SESSIONS) {
      tracks.values().stream()
          .min(Comparator.comparingLong(SessionTrack::seenMillis))
          .ifPresent(oldest -> tracks.remove(oldest.session()));
    }
  }

  /** The session, or null. */
  SessionTrack track(String session) {
    return tracks.get(session);
  }

  /** Sessions of which something was decoded, worst first. */
  List<SessionNow> sessions(long nowMillis) {
    return tracks.values().stream()
        .map(track -> track.now(nowMillis))
        .filter(Objects::nonNull)
        .sorted(
            Comparator.comparingDouble(SessionNow::concern)
                .reversed()
                .thenComparing(SessionNow::session))
        .toList();
  }

  /** SHA-256 by model name. */
  Map<String, String> models() {
    return Map.copyOf(models);
  }

  long unreadable() {
    return unreadable.get();
  }

  /** Somebody opened a session. */
  void join() {
    onlookers.incrementAndGet();
  }

  /** Somebody closed it. */
  void leave() {
    onlookers.decrementAndGet();
  }

  boolean hasOnlookers() {
    return onlookers.get() > 0;
  }
}
