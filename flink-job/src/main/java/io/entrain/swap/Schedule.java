package io.entrain.swap;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The terms of one model name, in order of log time. Every pane of every session has exactly one
 * that is in force.
 */
public final class Schedule {
  private final List<ModelTerm> terms = new ArrayList<>();

  /** With the terms in order, at least one. */
  public Schedule(List<ModelTerm> terms) {
    this.terms.addAll(terms);
  }

  /**
   * Where a job goes on: with what was announced to it, or with the model of its settings where
   * those name another one than when the state was written.
   *
   * @param configured the model of the settings
   * @param fresh whether its sessions may start anew
   * @param stored terms of the state; empty where there is none
   * @param same whether the settings named the same model when the state was written
   * @throws TermException where the state does not fit the model, saying what differs
   */
  public static Schedule resume(
      ModelTerm configured, boolean fresh, List<ModelTerm> stored, boolean same) {
    if (stored.isEmpty()) {
      return new Schedule(List.of(configured));
    }
    if (same) {
      return moved(configured, stored);
    }
    ModelTerm newest = stored.get(stored.size() - 1);
    List<String> differences = newest.form().streamDifferences(configured.form());
    if (!differences.isEmpty()) {
      throw new TermException(
          "the state of model %s cannot go on with %s: %s; start without the savepoint"
              .formatted(configured.model(), configured.file(), String.join("; ", differences)));
    }
    differences = newest.form().memoryDifferences(configured.form());
    if (!differences.isEmpty() && !fresh) {
      throw new TermException(
          "the state of model %s cannot go on with %s: %s; set fresh-state to start its sessions anew"
              .formatted(configured.model(), configured.file(), String.join("; ", differences)));
    }
    return new Schedule(List.of(configured.withEpoch(newest.epoch() + (fresh ? 1 : 0))));
  }

  /** What is stored, with the file where the settings say that it is now. */
  static Schedule moved(ModelTerm configured, List<ModelTerm> stored) {
    return new Schedule(
        stored.stream()
            .map(term -> term.offset() < 0 ? configured.withEpoch(term.epoch()) : term)
            .toList());
  }

  /** The term in force for a pane of that log time: the first also before it begins. */
  public ModelTerm at(long logMillis) {
    int last = terms.size() - 1;
    while (last > 0 && terms.get(last).fromMillis() > logMillis) {
      last--;
    }
    return terms.get(last);
  }

  /** The last to begin. */
  public ModelTerm newest() {
    return terms.get(terms.size() - 1);
  }

  /** In order. */
  public List<ModelTerm> terms() {
    return Collections.unmodifiableList(terms);
  }

  /** Adds a term; it takes the place of those that would have begun at the same time or later. */
  public void add(ModelTerm term) {
    terms.removeIf(other -> other.fromMillis() >= term.fromMillis());
    terms.add(term);
  }

  /** Whether a term has ended by then, or all have: a shadow was withdrawn. */
  boolean hasEnded(long logMillis) {
    ModelTerm second = terms.get(terms.size() > 1 ? 1 : 0);
    return second.fromMillis() <= logMillis && (terms.size() > 1 || second.isVacant());
  }

  /** Forgets the terms that have ended by then, except the last. */
  void retire(long logMillis) {
    while (terms.size() > 1 && terms.get(1).fromMillis() <= logMillis) {
      terms.remove(0);
    }
  }
}
