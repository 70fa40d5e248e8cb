package io.entrain.job;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.api.operators.KeyContext;

/**
 * Says when the windows of an operator are decoded: in full batches as they fill, and what waits
 * for one once no record is at hand, call by call; those of shadows after them.
 *
 * <p>The current key is the same after each method as before.
 */
final class Decoding implements IdleWork.Work {
  private final WindowQueue queue;
  private final WindowCalls calls;
  private final Shadows shadows;
  private final KeyContext keys;
  private final IdleWork idleWork;

  /** Of one operator. */
  Decoding(
      WindowQueue queue,
      WindowCalls calls,
      Shadows shadows,
      KeyContext keys,
      MailboxExecutor mailbox) {
    this.queue = queue;
    this.calls = calls;
    this.shadows = shadows;
    this.keys = keys;
    this.idleWork = new IdleWork(mailbox, this);
  }

  /** A record is processed. */
  void recordSeen() {
    idleWork.recordSeen();
  }

  /** A window is ready for its model; all that wait for another one are decoded first. */
  void add(Decoder decoder, ReadyWindow window) throws Exception {
    if (!queue.isFor(decoder)) {
      flush();
    }
    queue.serve(decoder);
    queue.add(window);
  }

  /** Windows were added, or not: decodes full batches, and leaves what may still become one. */
  void added() throws Exception {
    if (queue.fills()) {
      Object key = keys.getCurrentKey();
      do {
        decodeBatch();
      } while (queue.fills());
      comeBackTo(key);
    }
    if (isLeft()) {
      idleWork.schedule();
    }
  }

  /**
   * One call, so that a record that has come meanwhile can join the next one; one window of a
   * shadow at a time, so that a live one waits for no more.
   */
  @Override
  public void doPiece() throws Exception {
    Object key = keys.getCurrentKey();
    if (queue.size() > 0) {
      decodeBatch();
    } else {
      shadows.decodeNext(keys::setCurrentKey);
    }
    comeBackTo(key);
  }

  @Override
  public boolean isLeft() {
    return queue.size() > 0 || shadows.areWaiting();
  }

  /** Decodes all that waits, shadows too. */
  void decodeAll() throws Exception {
    flush();
    Object key = keys.getCurrentKey();
    while (shadows.areWaiting()) {
      shadows.decodeNext(keys::setCurrentKey);
    }
    comeBackTo(key);
  }

  /** Decodes all live windows that wait. */
  private void flush() throws Exception {
    Object key = keys.getCurrentKey();
    while (queue.size() > 0) {
      decodeBatch();
    }
    comeBackTo(key);
  }

  private void decodeBatch() throws Exception {
    calls.run(queue.decoder(), queue.take());
  }

  private void comeBackTo(Object key) {
    if (key != null) {
      keys.setCurrentKey(key);
    }
  }
}
