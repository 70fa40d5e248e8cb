package io.entrain.experiment;

import io.entrain.job.JobModel;
import java.util.List;

/**
 * Sessions of one source and the models that decode them.
 *
 * @param source where the sessions come from
 * @param models all of the same streams
 */
record Roster(SessionSource source, List<Entrant> models) {
  Roster {
    models = List.copyOf(models);
  }

  /** A model and what it is called in the report. */
  record Entrant(String label, JobModel model) {
    /** Whether it finds a lag and can be told one. */
    boolean aligns() {
      return model.contract().lag() != null && model.contract().lag().allowed() != null;
    }
  }

  List<JobModel> jobModels() {
    return models.stream().map(Entrant::model).toList();
  }
}
