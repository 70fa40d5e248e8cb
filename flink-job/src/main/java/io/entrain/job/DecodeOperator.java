package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.inference.Batch;
import io.entrain.inference.OnnxModel;
import io.entrain.pane.BlockGate;
import io.entrain.pane.PaneBuilder;
import io.entrain.pane.PaneRow;
import io.entrain.timeline.Offer;
import io.entrain.timeline.PaneVisitor;
import io.entrain.timeline.SessionTimeline;
import io.entrain.timeline.TimelineSettings;
import io.entrain.timeline.Verdict;
import io.entrain.wire.BlockCodec;
import io.entrain.wire.BlockReading;
import io.entrain.wire.v1.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From blocks to decoded panes: keeps each session's timeline, cuts its panes, and runs the model
 * over the ready windows of all sessions together.
 *
 * <p>A window waits only while more input is at hand: the flush goes to the end of the task's
 * mailbox and runs once no record was processed since it last came up, or at once when a batch is
 * full. Before a checkpoint barrier everything is flushed, so no window is ever part of a
 * checkpoint.
 */
final class DecodeOperator extends AbstractStreamOperator<OutputRecord>
    implements OneInputStreamOperator<RawRecord, OutputRecord>,
        Triggerable<String, VoidNamespace>,
        BoundedOneInput,
        PaneVisitor {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DecodeOperator.class);

  private final transient MailboxExecutor mailbox;
  private final DecodeSettings settings;

  private transient OnnxModel model;
  private transient ModelContract contract;
  private transient Batch batch;
  private transient BlockGate gate;
  private transient SessionTimeline timeline;
  private transient PaneBuilder builder;
  private transient WindowInputs inputs;
  private transient WindowQueue queue;
  private transient Messages messages;
  private transient SessionStore store;
  private transient DecodeMetrics measures;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient long watermarkMillis;
  private transient long recordsSeen;
  private transient boolean flushScheduled;

  // The pane being closed; the visitor's methods run only inside closeReadyPanes.
  private transient SessionRow closing;
  private transient long arrivedMillis;

  DecodeOperator(
      StreamOperatorParameters<OutputRecord> parameters,
      MailboxExecutor mailbox,
      DecodeSettings settings) {
    super(parameters);
    this.mailbox = mailbox;
    this.settings = settings;
  }

  @Override
  public void open() throws Exception {
    super.open();
    model = OnnxModel.open(Path.of(settings.modelFile()), settings.provider());
    if (!model.sha256().equals(settings.modelSha256())) {
      throw new IllegalStateException(
          "the model file %s has SHA-256 %s here and %s where the job was started; give every machine the same file"
              .formatted(settings.modelFile(), model.sha256(), settings.modelSha256()));
    }
    contract = model.contract();
    batch = model.batch(settings.batchWindows(), settings.batchShape());
    gate = new BlockGate(contract, new BlockCodec(settings.maxRecordBytes()));
    timeline =
        new SessionTimeline(
            new TimelineSettings(
                contract.hopNanos(),
                contract.modalities().size(),
                settings.latenessMillis(),
                TimeUnit.MILLISECONDS.toNanos(settings.clockJumpMillis())));
    builder = new PaneBuilder(contract);
    inputs = new WindowInputs(contract, settings.lagRange());
    queue = new WindowQueue(!contract.states().isEmpty());
    messages = new Messages(contract, model.sha256(), settings.format());
    store = SessionStore.open(contract, getKeyedStateBackend());
    measures = new DecodeMetrics(getMetricGroup(), queue);
    timers = getInternalTimerService("panes", VoidNamespaceSerializer.INSTANCE, this);
    watermarkMillis = Long.MIN_VALUE;
    LOG.info("Decoding with {} ({}): {}", contract.name(), model.sha256(), model.providerNote());
  }

  @Override
  public void processElement(StreamRecord<RawRecord> element) throws Exception {
    recordsSeen++;
    RawRecord raw = element.getValue();
    BlockReading reading = gate.read(raw.stream(), raw.session(), raw.value());
    if (!reading.isAccepted()) {
      reject(raw, reading.reason(), reading.detail());
      return;
    }
    SessionRow session = store.row();
    session.newestMillis = Math.max(session.newestMillis, raw.timestampMillis());
    offer(session, new KeptBlock(raw, reading.block()));
    closeReadyPanes(session, watermarkMillis);
    keepUp(session);
  }

  private void offer(SessionRow session, KeptBlock kept) throws Exception {
    RawRecord raw = kept.raw;
    long start = kept.block.startNanos();
    long end = kept.block.endNanos();
    Offer offer = timeline.offer(session.timeline, raw.stream(), start, end, raw.timestampMillis());
    if (offer.verdict().kept()) {
      store.keep(raw.stream(), offer.keyNanos(), kept);
    }
    Rejections.of(offer.verdict())
        .ifPresent(reason -> reject(raw, reason, Rejections.detail(offer.verdict(), kept.block)));
    if (offer.verdict() == Verdict.HELD) {
      measures.jumped();
      LOG.warn(
          "Clock jump: session {}, {} now at {} ns",
          kept.block.session(),
          kept.block.modality(),
          start);
    }
  }

  /** Closes every pane that is ready and queues its window; the session is the current key. */
  private void closeReadyPanes(SessionRow session, long watermark) throws Exception {
    closing = session;
    arrivedMillis = Long.MIN_VALUE;
    while (timeline.closeNext(session.timeline, watermark, this)) {
      long pane = session.timeline.nextPane - 1;
      store.putPane(pane, builder.build());
      long arrived = arrivedMillis == Long.MIN_VALUE ? session.newestMillis : arrivedMillis;
      queue.add(
          new ReadyWindow(
              (String) getCurrentKey(),
              pane,
              session.timeline.closedPanes - 1,
              session.timeline.stretch,
              arrived));
      arrivedMillis = Long.MIN_VALUE;
    }
    if (queue.fills(settings.batchWindows())) {
      flush();
    } else if (queue.size() > 0) {
      scheduleFlush();
    }
  }

  /** Stores the session and sets its one timer. */
  private void keepUp(SessionRow session) throws Exception {
    long wanted =
        Math.min(
            timeline.nextDeadlineMillis(session.timeline),
            session.newestMillis + settings.sessionTimeoutMillis());
    if (wanted < session.timerMillis) {
      if (session.timerMillis != Long.MAX_VALUE) {
        timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, session.timerMillis);
      }
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, wanted);
      session.timerMillis = wanted;
    }
    store.putRow(session);
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    if (!store.exists()) {
      return;
    }
    SessionRow session = store.row();
    session.timerMillis = Long.MAX_VALUE;
    long now = Math.max(watermarkMillis, timer.getTimestamp());
    boolean over = now >= session.newestMillis + settings.sessionTimeoutMillis();
    closeReadyPanes(session, over ? Long.MAX_VALUE : now);
    if (over) {
      flush();
      store.clear();
    } else {
      keepUp(session);
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("no processing-time timer is ever set");
  }

  @Override
  public void use(int stream, long blockNanos, long fromNanos, long toNanos, long logMillis) {
    KeptBlock kept = kept(stream, blockNanos);
    long pane = closing.timeline.nextPane * contract.hopNanos();
    builder.add(stream, kept.block, pane, fromNanos, toNanos);
    arrivedMillis = Math.max(arrivedMillis, logMillis);
  }

  @Override
  public void late(int stream, long blockNanos) {
    KeptBlock kept = kept(stream, blockNanos);
    reject(kept.raw, Reason.TOO_LATE, Rejections.detail(Verdict.TOO_LATE, kept.block));
  }

  @Override
  public void release(int stream, long blockNanos) {
    try {
      store.forget(stream, blockNanos);
    } catch (Exception e) {
      throw new StateException(e);
    }
  }

  @Override
  public void jumped(int stream, long blockNanos) {
    KeptBlock kept = kept(stream, blockNanos);
    reject(kept.raw, Reason.CLOCK_JUMP, Rejections.detail(Verdict.CLOCK_JUMP, kept.block));
    release(stream, blockNanos);
  }

  @Override
  public void newStretch(int stretch) {
    try {
      flush();
    } catch (Exception e) {
      throw new StateException(e);
    }
    store.startStretch();
    LOG.warn("Session {} follows a clock jump: stretch {}", getCurrentKey(), stretch);
  }

  /** The kept block, read again from its record after a restore. */
  private KeptBlock kept(int stream, long blockNanos) {
    try {
      KeptBlock kept = store.kept(stream, blockNanos);
      if (kept.block == null) {
        kept.block = gate.read(stream, kept.raw.session(), kept.raw.value()).block();
      }
      return kept;
    } catch (Exception e) {
      throw new StateException(e);
    }
  }

  private void reject(RawRecord raw, Reason reason, String detail) {
    if (settings.rejects()) {
      measures.rejected(reason);
      byte[] letter = messages.rejected(raw, reason, detail);
      emit(new OutputRecord(OutputKind.REJECTED, raw.key(), letter, raw.timestampMillis(), 0, 0));
    }
  }

  private void emit(OutputRecord record) {
    output.collect(new StreamRecord<>(record));
  }

  private void scheduleFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      long seen = recordsSeen;
      mailbox.execute(() -> flushIfIdle(seen), "flush ready windows");
    }
  }

  /**
   * Between two mails the task processes one record if there is one: none seen means none at hand.
   */
  private void flushIfIdle(long seenBefore) throws Exception {
    flushScheduled = false;
    if (queue.size() > 0) {
      if (recordsSeen == seenBefore) {
        flush();
      } else {
        scheduleFlush();
      }
    }
  }

  /** Runs the model over all queued windows. The current key is the same afterwards. */
  private void flush() throws Exception {
    Object key = getCurrentKey();
    while (queue.size() > 0) {
      run(queue.take(settings.batchWindows()));
    }
    if (key != null) {
      setCurrentKey(key);
    }
  }

  private void run(List<ReadyWindow> windows) throws Exception {
    PaneRow[] newest = new PaneRow[windows.size()];
    for (int row = 0; row < windows.size(); row++) {
      setCurrentKey(windows.get(row).session());
      newest[row] = inputs.fill(batch, row, windows.get(row).pane(), store);
    }
    long before = System.nanoTime();
    batch.run(windows.size());
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - before);
    measures.batch(windows.size(), micros);
    for (int row = 0; row < windows.size(); row++) {
      finish(windows.get(row), newest[row], row, micros, windows.size());
    }
  }

  private void finish(ReadyWindow window, PaneRow newest, int row, long micros, int size)
      throws Exception {
    setCurrentKey(window.session());
    if (!contract.states().isEmpty()) {
      store.putTensors(inputs.nextTensors(batch, row));
    }
    store.dropPane(window.pane() - contract.contextHops() + 1);
    byte[] key = Messages.key(window.session());
    long arrived = window.arrivedMillis();
    byte[] decoded = messages.decoded(window, newest, batch, row);
    emit(new OutputRecord(OutputKind.DECODED, key, decoded, arrived, micros, size));
    if (settings.alignment() && (contract.lag() != null || contract.attention() != null)) {
      byte[] alignment = messages.alignment(window, batch, row);
      emit(new OutputRecord(OutputKind.ALIGNMENT, key, alignment, arrived, micros, size));
    }
    measure(window, newest, row);
  }

  private void measure(ReadyWindow window, PaneRow newest, int row) {
    double present = 0;
    for (int i = 0; i < contract.modalities().size(); i++) {
      present += newest.presentShare(i) / contract.modalities().size();
    }
    measures.emitted(System.currentTimeMillis() - window.arrivedMillis(), present);
    if (contract.lag() != null) {
      measures.lag(window.session(), messages.lag(batch, row));
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermarkMillis = mark.getTimestamp();
    if (getTimeServiceManager().isPresent()) {
      getTimeServiceManager().get().advanceWatermark(mark);
    }
    flushBeforeEnd(mark);
    output.emitWatermark(mark);
  }

  private void flushBeforeEnd(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      flush();
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    flush();
  }

  @Override
  public void endInput() throws Exception {
    flush();
  }

  @Override
  public void close() throws Exception {
    try {
      super.close();
    } finally {
      if (batch != null) {
        batch.close();
      }
      if (model != null) {
        model.close();
      }
    }
  }
}
