package io.entrain.wire;

import io.entrain.wire.v1.Decoded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells repeated decoded records from new ones. A record's identity is its session, stretch, model
 * hash and window end; what else is in it must be the same in a repeat, to the bit.
 *
 * <h2>Guarantees</h2>
 *
 * A record is found new the first time it is looked at, and a repeat as long as no more than {@code
 * mostRemembered} others were new since. Each that is remembered takes about 150 bytes, whatever is
 * in it.
 *
 * <p>For one thread at a time.
 */
public final class RepeatFilter {
  /** A minute of 20 sessions at 50 windows a second, and about 10 MB: far more than a restart. */
  public static final int DEFAULT_REMEMBERED = 1 << 16;

  /** What a record is. */
  public enum Finding {
    NEW,
    /** The same as one before it. */
    REPEAT,
    /** It has the identity of one before it and says something else: the job broke its promise. */
    DIFFERENT
  }

  /** The first 16 bytes of a SHA-256. */
  private record Digest(long high, long low) {}

  private final Map<Digest, Digest> contents;
  private final MessageDigest sha256;

  /**
   * A filter with nothing to remember yet.
   *
   * @param mostRemembered at least the records that a restart may repeat, of all sessions and
   *     models
   */
  public RepeatFilter(int mostRemembered) {
    if (mostRemembered < 1) {
      throw new IllegalArgumentException(
          "mostRemembered is " + mostRemembered + ", must be at least 1");
    }
    contents =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Digest, Digest> eldest) {
            return size() > mostRemembered;
          }
        };
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Looks at the next record of its topic's partition. */
  public Finding look(Decoded record) {
    Digest identity = identity(record);
    Digest content = digest(record.toByteArray());
    Digest before = contents.putIfAbsent(identity, content);
    if (before == null) {
      return Finding.NEW;
    }
    return before.equals(content) ? Finding.REPEAT : Finding.DIFFERENT;
  }

  private Digest identity(Decoded record) {
    byte[] session = record.getSession().getBytes(StandardCharsets.UTF_8);
    byte[] model = record.getModelSha256().getBytes(StandardCharsets.UTF_8);
    return digest(
        ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES + session.length + model.length)
            .putInt(session.length)
            .putInt(record.getStretch())
            .putLong(record.getWindowEndNanos())
            .put(session)
            .put(model)
            .array());
  }

  private Digest digest(byte[] bytes) {
    ByteBuffer hash = ByteBuffer.wrap(sha256.digest(bytes));
    return new Digest(hash.getLong(), hash.getLong());
  }

  /** Records that are remembered. */
  int size() {
    return contents.size();
  }
}
