package io.entrain.job;

import io.entrain.swap.ModelTerm;
import io.entrain.swap.Roll;
import io.entrain.swap.Schedule;
import io.entrain.swap.TermException;
import io.entrain.wire.Block;
import io.entrain.wire.BlockReading;
import io.entrain.wire.v1.Reason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From blocks (the first input, by session) and terms of models (the second, all of them) to
 * decoded panes: keeps each session's panes, and runs the models over the ready windows of all
 * sessions together.
 *
 * <p>A window waits only while more input is at hand: work goes to the end of the task's mailbox
 * and runs once no record was processed since it last came up, or at once when a batch is full.
 * Before a checkpoint barrier everything is decoded, so no window is ever part of a checkpoint.
 *
 * <p>Which model decodes a pane is said in {@link io.entrain.swap}; the second input's watermark is
 * the horizon beyond which no pane is closed.
 */
final class DecodeOperator extends AbstractStreamOperator<OutputRecord>
    implements TwoInputStreamOperator<RawRecord, Announced, OutputRecord>,
        Triggerable<String, VoidNamespace>,
        BoundedMultiInput,
        SessionPanes.Outlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DecodeOperator.class);

  private final transient MailboxExecutor mailbox;
  private final DecodeSettings settings;

  private transient TermStore terms;
  private transient Roll roll;
  private transient Schedule schedule;
  private transient OpenModels models;
  private transient Shadows shadows;
  private transient SessionPanes panes;
  private transient Decoding decoding;
  private transient SessionStore store;
  private transient Letters letters;
  private transient DecodeMetrics measures;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient long watermarkMillis;
  private transient long horizonMillis;
  private transient ModelTerm active;

  /** Sessions that have a pane beyond the horizon. */
  private transient Set<String> held;

  DecodeOperator(
      StreamOperatorParameters<OutputRecord> parameters,
      MailboxExecutor mailbox,
      DecodeSettings settings) {
    super(parameters);
    this.mailbox = mailbox;
    this.settings = settings;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    terms = TermStore.open(context.getOperatorStateStore());
    try {
      roll = terms.resume(settings.models(), settings.freshState());
    } catch (TermException doesNotFit) {
      throw new SuppressRestartsException(doesNotFit);
    }
    schedule = roll.live().get(settings.model().model());
    held = new LinkedHashSet<>();
  }

  @Override
  public void open() throws Exception {
    super.open();
    watermarkMillis = Long.MIN_VALUE;
    horizonMillis = Long.MIN_VALUE;
    models = new OpenModels(term -> Decoder.open(term, settings));
    models.keep(roll.terms());
    models.awaitAll();
    for (ModelTerm term : schedule.terms()) {
      Decoder decoder = models.get(term);
      LOG.info("Decoding with {} ({}): {}", term.model(), term.sha256(), decoder.note());
    }
    active = schedule.at(Long.MIN_VALUE);
    WindowQueue queue = new WindowQueue();
    measures = new DecodeMetrics(getMetricGroup(), queue, active.sha256());
    letters = new Letters(settings.format());
    store = SessionStore.open(models.get(active).contract(), getKeyedStateBackend());
    panes = new SessionPanes(models.get(active).contract(), settings, store, this);
    shadows =
        new Shadows(
            roll.shadows(),
            new Shadows.Surroundings(models, store, measures, letters),
            settings.batchWindows(),
            this::emit);
    Publisher publisher = new Publisher(settings.alignment(), measures, this::emit);
    WindowCalls calls = new WindowCalls(store, shadows, publisher, this::setCurrentKey);
    decoding = new Decoding(queue, calls, shadows, this, mailbox);
    timers = getInternalTimerService("panes", VoidNamespaceSerializer.INSTANCE, this);
    held.addAll(SessionStore.sessions(getKeyedStateBackend()));
  }

  @Override
  public void processElement1(StreamRecord<RawRecord> element) throws Exception {
    decoding.recordSeen();
    RawRecord raw = element.getValue();
    BlockReading reading = panes.read(raw);
    if (!reading.isAccepted()) {
      reject(raw, reading.reason(), reading.detail());
      return;
    }
    SessionRow session = store.row();
    session.newestMillis = Math.max(session.newestMillis, raw.timestampMillis());
    panes.offer(session, new KeptBlock(raw, reading.block()));
    closeReadyPanes(session, watermarkMillis);
    keepUp(session);
  }

  /** A model begins to be opened at once: its term lies ahead. */
  @Override
  public void processElement2(StreamRecord<Announced> element) {
    ModelTerm term = element.getValue().term();
    if (term == null) {
      if (settings.first() && getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) {
        if (element.getValue().reason() != null) {
          measures.refused(element.getValue().reason());
        }
        emit(element.getValue().letter());
      }
    } else if (term.shadow() ? settings.first() : term.model().equals(settings.model().model())) {
      roll.add(term);
      keepModels();
    }
  }

  /** Waits until every model is open that is being opened. */
  void awaitModels() {
    models.awaitAll();
  }

  private void keepModels() {
    models.keep(roll.terms().stream().filter(term -> !shadows.hasFailed(term)).toList());
  }

  /** Closes every pane that is ready and queues its window; the session is the current key. */
  private void closeReadyPanes(SessionRow session, long watermark) throws Exception {
    while (panes.closeNext(session, watermark, horizonMillis(session))) {
      enqueue(session);
    }
    if (panes.isBeyondHorizon()) {
      held.add((String) getCurrentKey());
    }
    decoding.added();
  }

  /**
   * A session whose log times run ahead of the wall clock is not held until the clock is there: its
   * producer's clock is wrong, and announcements mean nothing on it unless they name a time.
   */
  private long horizonMillis(SessionRow session) {
    boolean ahead = session.newestMillis > System.currentTimeMillis() + settings.leadMillis();
    return ahead && horizonMillis != Long.MIN_VALUE ? Long.MAX_VALUE : horizonMillis;
  }

  private void enqueue(SessionRow session) throws Exception {
    long logMillis = session.timeline.logMillis;
    ModelTerm term = schedule.at(logMillis);
    Decoder decoder = models.get(term);
    if (term.fromMillis() > active.fromMillis()) {
      active = term;
      measures.swapped(term.sha256());
    }
    long paneInStretch = session.timeline.closedPanes - 1;
    if (session.epoch != term.epoch()) {
      session.epoch = term.epoch();
      session.freshPane = paneInStretch;
    }
    int keep = Math.max(decoder.contract().contextHops(), shadows.contextHops(logMillis));
    decoding.add(
        decoder,
        new ReadyWindow(
            (String) getCurrentKey(),
            session.timeline.nextPane - 1,
            paneInStretch,
            session.timeline.stretch,
            panes.arrivedMillis(),
            logMillis,
            paneInStretch - session.freshPane,
            keep,
            keep < session.keptHops));
    session.keptHops = keep;
  }

  /**
   * Stores the session and sets its one timer; none where the horizon holds it, which would fire at
   * once and again.
   */
  private void keepUp(SessionRow session) throws Exception {
    if (!panes.isBeyondHorizon()) {
      setTimer(session);
    }
    store.putRow(session);
  }

  private void setTimer(SessionRow session) {
    long wanted =
        Math.min(
            panes.nextDeadlineMillis(session),
            session.newestMillis + settings.sessionTimeoutMillis());
    if (wanted < session.timerMillis) {
      if (session.timerMillis != Long.MAX_VALUE) {
        timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, session.timerMillis);
      }
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, wanted);
      session.timerMillis = wanted;
    }
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    if (store.exists()) {
      SessionRow session = store.row();
      session.timerMillis = Long.MAX_VALUE;
      lookAt(session, Math.max(watermarkMillis, timer.getTimestamp()));
    }
  }

  /** Closes what is ready by {@code now}, and forgets the session where it is over. */
  private void lookAt(SessionRow session, long now) throws Exception {
    boolean over = now >= session.newestMillis + settings.sessionTimeoutMillis();
    closeReadyPanes(session, over ? Long.MAX_VALUE : now);
    if (over && !panes.isBeyondHorizon()) {
      decoding.decodeAll();
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
  public void reject(RawRecord raw, Reason reason, String detail) {
    if (settings.first()) {
      measures.rejected(reason);
      letters.of(raw, reason, detail).forEach(this::emit);
    }
  }

  @Override
  public void held(Block block) {
    measures.jumped();
    LOG.warn(
        "Clock jump: session {}, {} now at {} ns",
        block.session(),
        block.modality(),
        block.startNanos());
  }

  @Override
  public void newStretch(int stretch) throws Exception {
    decoding.decodeAll();
    LOG.warn("Session {} follows a clock jump: stretch {}", getCurrentKey(), stretch);
  }

  private void emit(OutputRecord record) {
    output.collect(new StreamRecord<>(record));
  }

  @Override
  public void processWatermark1(Watermark mark) throws Exception {
    watermarkMillis = mark.getTimestamp();
    if (getTimeServiceManager().isPresent()) {
      getTimeServiceManager().get().advanceWatermark(mark);
    }
    retire();
    decodeBeforeEnd(mark);
    output.emitWatermark(mark);
  }

  /** The horizon moved: sessions with a pane behind it are looked at. */
  @Override
  public void processWatermark2(Watermark mark) throws Exception {
    horizonMillis = mark.getTimestamp();
    List<String> sessions = List.copyOf(held);
    held.clear();
    for (String session : sessions) {
      setCurrentKey(session);
      if (store.exists()) {
        lookAt(store.row(), watermarkMillis);
      }
    }
    retire();
    decodeBeforeEnd(mark);
  }

  /**
   * Closes the models whose terms have ended for every session: by the watermark no pane before the
   * next term is open any more, unless the horizon holds it.
   */
  private void retire() throws Exception {
    long ended = Math.min(watermarkMillis, horizonMillis);
    if (ended != Long.MIN_VALUE && roll.hasEnded(ended - settings.latenessMillis())) {
      decoding.decodeAll();
      roll.retire(ended - settings.latenessMillis());
      keepModels();
    }
  }

  private void decodeBeforeEnd(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      decoding.decodeAll();
    }
  }

  @Override
  protected void processWatermarkStatus(WatermarkStatus status, int index) {
    if (index == 0) {
      output.emitWatermarkStatus(status);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    decoding.decodeAll();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    terms.write(roll.terms(), settings.models());
  }

  @Override
  public void endInput(int input) throws Exception {
    decoding.decodeAll();
  }

  @Override
  public void close() throws Exception {
    try {
      super.close();
    } finally {
      if (models != null) {
        models.close();
      }
    }
  }
}
