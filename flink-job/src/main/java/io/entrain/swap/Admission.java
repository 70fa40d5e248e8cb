package io.entrain.swap;

import io.entrain.contract.ModelContract;
import io.entrain.wire.v1.ModelAnnouncement.Role;
import io.entrain.wire.v1.Reason;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides on announcements, one after the other, and knows what is announced so far. A refusal
 * changes nothing.
 *
 * <h2>Guarantees</h2>
 *
 * What an announcement becomes depends on the announcements before it, its record and its file, not
 * on what has been decoded. A term never begins at a log time up to which the topic was already
 * declared known.
 */
public final class Admission {
  private final long leadMillis;
  private final Function<ModelContract, Optional<String>> objection;
  private final Roll roll;
  private long knownMillis = Long.MIN_VALUE;

  /**
   * Of a job with these models.
   *
   * @param leadMillis how long after its record an announcement takes effect at the earliest
   * @param objection what of the job's settings speaks against a live model
   * @param roll the models of the job; what is admitted is added to it
   */
  public Admission(
      long leadMillis, Function<ModelContract, Optional<String>> objection, Roll roll) {
    this.leadMillis = leadMillis;
    this.objection = objection;
    this.roll = roll;
  }

  /** The topic is declared known up to that log time: no term may begin there any more. */
  public void known(long logMillis) {
    knownMillis = Math.max(knownMillis, logMillis);
    roll.retire(knownMillis);
  }

  /** The earliest log time at which what is written at {@code recordMillis} can take effect. */
  public long earliestMillis(long recordMillis) {
    return recordMillis + leadMillis;
  }

  /**
   * When the announcement takes effect.
   *
   * @param recordMillis log time of its record
   * @throws Refusal where that is too late, or where it names no model of the job
   */
  public long fromMillis(Announcement announcement, long recordMillis) throws Refusal {
    long from = Math.max(announcement.effectiveMillis(), earliestMillis(recordMillis));
    if (from <= knownMillis) {
      throw new Refusal(
          Reason.TOO_LATE,
          "it would take effect at log time %d and came after %d; announce it again, and check the clock behind its record's timestamp"
              .formatted(from, knownMillis));
    }
    if (announcement.role() == Role.LIVE && !roll.live().containsKey(announcement.model())) {
      throw new Refusal(
          Reason.UNKNOWN_MODEL,
          "the job runs no model \"%s\", it runs %s"
              .formatted(announcement.model(), roll.live().keySet()));
    }
    if (announcement.role() == Role.WITHDRAW && !isShadowed(announcement.model())) {
      throw new Refusal(
          Reason.UNKNOWN_MODEL,
          "\"%s\" is no shadow model of the job".formatted(announcement.model()));
    }
    return from;
  }

  private boolean isShadowed(String model) {
    return roll.shadows().containsKey(model) && !roll.shadows().get(model).newest().isVacant();
  }

  /** Ends a shadow. */
  public ModelTerm withdraw(Announcement announcement, long fromMillis, long offset) {
    ModelTerm term =
        new ModelTerm(announcement.model(), true, "", "", ModelForm.NONE, fromMillis, 0, offset);
    roll.add(term);
    return term;
  }

  /**
   * Admits the model.
   *
   * @throws Refusal where it cannot stand in for the one before it, or beside the live ones
   */
  public ModelTerm admit(
      Announcement announcement, Candidate candidate, long fromMillis, long offset) throws Refusal {
    ModelContract contract = candidate.contract();
    if (!contract.name().equals(announcement.model())) {
      throw differs(candidate, "its contract has the name " + contract.name());
    }
    boolean shadow = announcement.role() == Role.SHADOW;
    ModelForm form = ModelForm.of(contract);
    int epoch =
        shadow
            ? checkedShadow(candidate, form)
            : checkedLive(announcement, candidate, form, fromMillis);
    ModelTerm term =
        new ModelTerm(
            contract.name(),
            shadow,
            candidate.file(),
            announcement.sha256(),
            form,
            fromMillis,
            epoch,
            offset);
    roll.add(term);
    return term;
  }

  private int checkedShadow(Candidate candidate, ModelForm form) throws Refusal {
    ModelTerm beside = roll.live().values().iterator().next().newest();
    refuseFor(candidate, beside.form().streamDifferences(form), "");
    // A shadow's terms share no tensors.
    return 0;
  }

  private int checkedLive(
      Announcement announcement, Candidate candidate, ModelForm form, long fromMillis)
      throws Refusal {
    ModelTerm before = roll.live().get(announcement.model()).at(fromMillis - 1);
    refuseFor(candidate, before.form().differences(form), "");
    Optional<String> wrong = objection.apply(candidate.contract());
    if (wrong.isPresent()) {
      throw differs(candidate, wrong.get());
    }
    if (announcement.freshState()) {
      return before.epoch() + 1;
    }
    refuseFor(
        candidate,
        before.form().memoryDifferences(form),
        "; announce it with fresh_state to start sessions anew");
    return before.epoch();
  }

  private static void refuseFor(Candidate candidate, List<String> differences, String cure)
      throws Refusal {
    if (!differences.isEmpty()) {
      throw differs(candidate, String.join("; ", differences) + cure);
    }
  }

  private static Refusal differs(Candidate candidate, String how) {
    return new Refusal(Reason.CONTRACT_DIFFERS, candidate.file() + ": " + how);
  }
}
