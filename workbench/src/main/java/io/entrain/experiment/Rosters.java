package io.entrain.experiment;

import io.entrain.experiment.Plan.Recordings;
import io.entrain.experiment.Plan.Simulated;
import io.entrain.experiment.Roster.Entrant;
import io.entrain.experiment.SessionSource.OfARecording;
import io.entrain.experiment.SessionSource.OfTheWorld;
import io.entrain.inference.Provider;
import io.entrain.job.JobModel;
import io.entrain.recording.RecordingException;
import io.entrain.recording.Session;
import io.entrain.recording.SessionReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens the sessions and the models that a plan names. */
final class Rosters {
  /** What is not on this machine; the message says how to come by it. */
  static final class AbsentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbsentException(String message) {
      super(message);
    }
  }

  private Rosters() {}

  /**
   * One for each source.
   *
   * @throws AbsentException where a recording, or a model of one, is not there
   * @throws PlanException where a model of the simulated world is not there
   */
  static List<Roster> open(Plan plan, Places places) {
    if (plan.source() instanceof Simulated simulated) {
      OfTheWorld world = new OfTheWorld(simulated.subject(), simulated.seconds());
      return List.of(new Roster(world, entrants(plan, places, "")));
    }
    List<Roster> rosters = new ArrayList<>();
    Recordings recordings = (Recordings) plan.source();
    for (String file : recordings.files()) {
      rosters.add(roster(plan, recordings, file, places));
    }
    return rosters;
  }

  private static Roster roster(Plan plan, Recordings recordings, String file, Places places) {
    Session session = session(recordings, file, places);
    String delay = recordings.delay();
    if (delay == null) {
      if (session.lag() == null) {
        throw new PlanException(
            plan.name()
                + ": "
                + file
                + " does not say which stream lags; add source.recordings.delay");
      }
      delay = session.lag().of();
    }
    List<Entrant> entrants;
    try {
      entrants = entrants(plan, places, session.about().name());
    } catch (PlanException absent) {
      throw new AbsentException(absent.getMessage() + ". " + recordings.obtain());
    }
    long start = session.span().startNanos();
    long scored = start + (long) (recordings.from() * session.span().nanos());
    long sent = BoundedJob.leadIn(entrants.stream().map(Entrant::model).toList(), scored, start);
    return new Roster(new OfARecording(session, delay, sent, scored), entrants);
  }

  private static Session session(Recordings recordings, String file, Places places) {
    Path path = places.recording(file);
    if (path == null) {
      throw new AbsentException(
          "The recording " + file + " is not on this machine. " + recordings.obtain());
    }
    try {
      return places.data() == null || Files.isDirectory(path)
          ? SessionReader.read(path)
          : SessionReader.read(path, places.data());
    } catch (RecordingException unreadable) {
      throw new AbsentException(unreadable.getMessage() + ". " + recordings.obtain());
    }
  }

  private static List<Entrant> entrants(Plan plan, Places places, String recording) {
    List<Entrant> entrants = new ArrayList<>();
    for (String model : plan.models()) {
      String name = model.replace("{recording}", recording);
      Path file = places.model(name);
      if (file == null) {
        throw new PlanException(
            plan.name()
                + ": model "
                + name
                + " is neither a file nor one of those in model/trained"
                + (places.models() == null ? "" : " or " + places.models()));
      }
      JobModel opened = JobModel.open(List.of(file.toString()), Provider.AUTO).get(0);
      entrants.add(new Entrant(Plan.label(model), opened));
    }
    return entrants;
  }
}
