package io.entrain.swap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every model of a job, or of one of its operators: the schedules of the live and the shadows. */
public final class Roll {
  private final Map<String, Schedule> live = new LinkedHashMap<>();
  private final Map<String, Schedule> shadows = new LinkedHashMap<>();

  private Roll() {}

  /**
   * Where a job goes on. Of each model of the settings that is the same as when the state was
   * written, what was announced since counts, a withdrawal too; another one in the settings counts
   * itself. Shadows that were announced stay.
   *
   * @param settings terms of the models that the settings name
   * @param fresh whether sessions may start anew where their state does not fit
   * @param stored terms of the state, in order
   * @param storedSettings the {@code settings} when the state was written
   * @throws TermException where the state does not fit a live model
   */
  public static Roll resume(
      List<ModelTerm> settings,
      boolean fresh,
      List<ModelTerm> stored,
      List<ModelTerm> storedSettings) {
    Roll roll = new Roll();
    for (ModelTerm configured : settings) {
      List<ModelTerm> before = stored.stream().filter(term -> sameSeat(term, configured)).toList();
      boolean same = isAmong(storedSettings, configured);
      if (!configured.shadow()) {
        roll.live.put(configured.model(), Schedule.resume(configured, fresh, before, same));
      } else if (!same) {
        roll.add(configured);
      } else if (!before.isEmpty()) {
        roll.shadows.put(configured.model(), Schedule.moved(configured, before));
      }
    }
    for (ModelTerm term : stored) {
      boolean named = settings.stream().anyMatch(configured -> sameSeat(term, configured));
      if (term.shadow() && term.offset() >= 0 && !named) {
        roll.add(term);
      }
    }
    return roll;
  }

  private static boolean sameSeat(ModelTerm one, ModelTerm other) {
    return one.shadow() == other.shadow() && one.model().equals(other.model());
  }

  private static boolean isAmong(List<ModelTerm> terms, ModelTerm wanted) {
    return terms.stream()
        .anyMatch(term -> sameSeat(term, wanted) && term.sha256().equals(wanted.sha256()));
  }

  private Map<String, Schedule> seats(ModelTerm term) {
    return term.shadow() ? shadows : live;
  }

  /** The live models by name. */
  public Map<String, Schedule> live() {
    return live;
  }

  /** The shadow models by name; one that was withdrawn ends with a vacant term. */
  public Map<String, Schedule> shadows() {
    return shadows;
  }

  /** Adds a term to the schedule of its model, a new one of a new shadow. */
  public void add(ModelTerm term) {
    Schedule schedule = seats(term).get(term.model());
    if (schedule == null) {
      seats(term).put(term.model(), new Schedule(List.of(term)));
    } else {
      schedule.add(term);
    }
  }

  /** Whether {@link #retire} would forget any. */
  public boolean hasEnded(long logMillis) {
    return Stream.concat(live.values().stream(), shadows.values().stream())
        .anyMatch(schedule -> schedule.hasEnded(logMillis));
  }

  /** Forgets the terms that have ended by then, and the shadows of which nothing is left. */
  public void retire(long logMillis) {
    live.values().forEach(schedule -> schedule.retire(logMillis));
    shadows.values().forEach(schedule -> schedule.retire(logMillis));
    shadows
        .values()
        .removeIf(schedule -> schedule.terms().size() == 1 && schedule.hasEnded(logMillis));
  }

  /** All terms, those of each model in order. */
  public List<ModelTerm> terms() {
    List<ModelTerm> terms = new ArrayList<>();
    live.values().forEach(schedule -> terms.addAll(schedule.terms()));
    shadows.values().forEach(schedule -> terms.addAll(schedule.terms()));
    return terms;
  }
}
