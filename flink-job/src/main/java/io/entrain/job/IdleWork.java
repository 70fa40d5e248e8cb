package io.entrain.job;

import org.apache.flink.api.common.operators.MailboxExecutor;

/**
 * Work for when the task has no record at hand: it goes to the end of the task's mailbox and runs
 * once no record was processed since it last came up. Belongs to the task's thread.
 */
final class IdleWork {
  /** What is done. */
  interface Work {
    /** Does a piece of what is left. */
    void doPiece() throws Exception;

    /** Whether anything is left to do. */
    boolean isLeft();
  }

  private static final long NEVER = -1;

  private final MailboxExecutor mailbox;
  private final Work work;
  private long recordsSeen;
  private boolean scheduled;

  IdleWork(MailboxExecutor mailbox, Work work) {
    this.mailbox = mailbox;
    this.work = work;
  }

  /** A record is processed. */
  void recordSeen() {
    recordsSeen++;
  }

  /** There is work. */
  void schedule() {
    if (!scheduled) {
      scheduled = true;
      // The record that brought the work must not pass for none: it came before the first mail.
      comeUpAgain(NEVER);
    }
  }

  private void comeUpAgain(long seen) {
    mailbox.execute(() -> comeUp(seen), "decode ready windows");
  }

  /** Between two mails the task processes one record if there is one: none seen, none at hand. */
  private void comeUp(long seenBefore) throws Exception {
    if (recordsSeen == seenBefore && work.isLeft()) {
      work.doPiece();
    }
    if (work.isLeft()) {
      comeUpAgain(recordsSeen);
    } else {
      scheduled = false;
    }
  }
}
