package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.swap.Admission;
import io.entrain.swap.Announcement;
import io.entrain.swap.Candidate;
import io.entrain.swap.ModelTerm;
import io.entrain.swap.Refusal;
import io.entrain.swap.Roll;
import io.entrain.swap.TermException;
import io.entrain.wire.v1.ModelAnnouncement.Role;
import io.entrain.wire.v1.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits announced models, in one place for all decoders, so that all of them decide the same. The
 * files are looked at on a thread of their own: a barrier that had to wait for that would hold up
 * the decoders. Until an announcement is decided the watermark stays before its term.
 */
final class AdmitOperator extends AbstractStreamOperator<Announced>
    implements OneInputStreamOperator<RawRecord, Announced>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(AdmitOperator.class);

  private final transient MailboxExecutor mailbox;
  private final AdmitSettings settings;

  private transient Roll roll;
  private transient Admission admission;
  private transient Letters letters;
  private transient Deque<RawRecord> undecided;
  private transient ListState<RawRecord> undecidedState;
  private transient ListState<ModelTerm> termState;
  private transient ListState<ModelTerm> settingsState;
  private transient CompletableFuture<Candidate> look;
  private transient long markMillis;

  AdmitOperator(
      StreamOperatorParameters<Announced> parameters,
      MailboxExecutor mailbox,
      AdmitSettings settings) {
    super(parameters);
    this.mailbox = mailbox;
    this.settings = settings;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    undecidedState = state(context, "undecided", RawRecord.class);
    termState = state(context, "terms", ModelTerm.class);
    settingsState = state(context, "settings", ModelTerm.class);
    undecided = new ArrayDeque<>(list(undecidedState));
    try {
      roll =
          Roll.resume(
              settings.models(), settings.freshState(), list(termState), list(settingsState));
    } catch (TermException doesNotFit) {
      throw new SuppressRestartsException(doesNotFit);
    }
    admission = new Admission(settings.leadMillis(), this::objection, roll);
    letters = new Letters(settings.format());
    markMillis = Long.MIN_VALUE;
  }

  private static <T> ListState<T> state(
      StateInitializationContext context, String name, Class<T> type) throws Exception {
    return context
        .getOperatorStateStore()
        .getListState(new ListStateDescriptor<>(name, TypeInformation.of(type)));
  }

  private static <T> List<T> list(ListState<T> state) throws Exception {
    List<T> elements = new ArrayList<>();
    state.get().forEach(elements::add);
    return elements;
  }

  @Override
  public void open() throws Exception {
    super.open();
    decide();
  }

  private Optional<String> objection(ModelContract contract) {
    try {
      settings.lagRange().check(List.of(contract));
      return Optional.empty();
    } catch (ConfigException wrong) {
      return contract.lag() == null ? Optional.empty() : Optional.of(wrong.getMessage());
    }
  }

  @Override
  public void processElement(StreamRecord<RawRecord> element) {
    undecided.add(element.getValue());
    decide();
  }

  /** Decides in order, as far as it goes without looking at a file. */
  private void decide() {
    while (look == null && !undecided.isEmpty()) {
      RawRecord raw = undecided.peek();
      try {
        Announcement announcement = Announcement.read(raw.value());
        long from = admission.fromMillis(announcement, raw.timestampMillis());
        if (announcement.role() == Role.WITHDRAW) {
          announce(admission.withdraw(announcement, from, raw.offset()));
        } else {
          lookAt(announcement, from);
        }
      } catch (Refusal refusal) {
        refuse(refusal);
      }
    }
  }

  private void lookAt(Announcement announcement, long fromMillis) {
    look =
        CompletableFuture.supplyAsync(
            () -> look(announcement), task -> new Thread(task, "look at a model").start());
    CompletableFuture<Candidate> unused =
        look.whenComplete(
            (candidate, failure) ->
                mailbox.execute(() -> looked(announcement, fromMillis), "admit a model"));
  }

  private Candidate look(Announcement announcement) {
    try {
      return Candidate.of(announcement, settings.provider());
    } catch (Refusal refusal) {
      throw new CompletionException(refusal);
    }
  }

  private void looked(Announcement announcement, long fromMillis) {
    try {
      Candidate candidate = look.join();
      look = null;
      announce(admission.admit(announcement, candidate, fromMillis, undecided.peek().offset()));
    } catch (Refusal refusal) {
      refuse(refusal);
    } catch (CompletionException failed) {
      look = null;
      if (!(failed.getCause() instanceof Refusal refusal)) {
        throw failed;
      }
      refuse(refusal);
    }
    decide();
  }

  private void announce(ModelTerm term) {
    RawRecord raw = undecided.remove();
    LOG.info(
        "{} {} from log time {} on: {} ({}), announced at {}",
        term.shadow() ? "Shadow" : "Live",
        term.model(),
        term.fromMillis(),
        term.isVacant() ? "none" : term.file(),
        term.sha256(),
        raw);
    output.collect(new StreamRecord<>(new Announced(term, null, null)));
  }

  private void refuse(Refusal refusal) {
    RawRecord raw = undecided.remove();
    LOG.warn("Announcement {} is refused, {}: {}", raw, refusal.reason(), refusal.getMessage());
    Reason reason = refusal.reason();
    for (OutputRecord letter : letters.of(raw, reason, refusal.getMessage())) {
      output.collect(new StreamRecord<>(new Announced(null, letter, reason)));
      reason = null;
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    if (mark.equals(Watermark.MAX_WATERMARK)) {
      decideAll();
    }
    long millis = mark.getTimestamp();
    for (RawRecord raw : undecided) {
      millis = Math.min(millis, admission.earliestMillis(raw.timestampMillis()) - 1);
    }
    if (millis > markMillis) {
      markMillis = millis;
      admission.known(millis);
      output.emitWatermark(new Watermark(millis));
    }
  }

  private void decideAll() throws InterruptedException {
    while (!undecided.isEmpty()) {
      mailbox.yield();
    }
  }

  @Override
  public void endInput() throws Exception {
    decideAll();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    undecidedState.update(List.copyOf(undecided));
    termState.update(roll.terms());
    settingsState.update(settings.models());
  }

  @Override
  public void close() throws Exception {
    if (look != null) {
      // The thread closes what it opened; it ends before the class loader may go.
      look.handle((candidate, failure) -> candidate).join();
    }
    super.close();
  }
}
