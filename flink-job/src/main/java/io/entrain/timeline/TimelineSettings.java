package io.entrain.timeline;

/**
 * What a {@link SessionTimeline} is told once.
 *
 * @param hopNanos length of a pane
 * @param streams number of streams (modalities) of a session
 * @param latenessMillis how long, in log time, a pane waits for a stream after the first stream has
 *     passed its end
 * @param clockJumpNanos a block further than this from its stream and its session is a jump of the
 *     clock
 */
public record TimelineSettings(
    long hopNanos, int streams, long latenessMillis, long clockJumpNanos) {

  public TimelineSettings {
    require(hopNanos > 0, "hopNanos", hopNanos, "above 0");
    require(streams > 0, "streams", streams, "above 0");
    require(latenessMillis >= 0, "latenessMillis", latenessMillis, "0 or more");
    require(clockJumpNanos >= hopNanos, "clockJumpNanos", clockJumpNanos, "at least one hop");
  }

  private static void require(boolean holds, String name, long value, String bound) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be " + bound);
    }
  }
}
