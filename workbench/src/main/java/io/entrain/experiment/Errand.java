package io.entrain.experiment;

import io.entrain.experiment.Roster.Entrant;
import io.entrain.job.JobModel;
import java.util.List;

/**
 * Cells of one source to be decoded: sent once, by a bounded job for all models of the same
 * streams.
 *
 * @param source where the sessions come from
 * @param cells each a session
 * @param entrants the models
 * @param lagRange what they are told of the lag
 * @param suffix of their labels in this run
 */
record Errand(
    SessionSource source,
    List<Cell> cells,
    List<Entrant> entrants,
    String lagRange,
    String suffix) {
  /** Of sessions whose clocks agree, and of models that were told so: the oracle. */
  static final String CLOCKS_AGREE = ", clocks agree";

  Errand {
    cells = List.copyOf(cells);
    entrants = List.copyOf(entrants);
  }

  String label(Entrant entrant) {
    return entrant.label() + suffix;
  }

  Entrant entrant(String modelName) {
    return entrants.stream()
        .filter(entrant -> entrant.model().contract().name().equals(modelName))
        .findFirst()
        .orElseThrow();
  }

  List<JobModel> jobModels() {
    return entrants.stream().map(Entrant::model).toList();
  }

  /** A job for each. */
  List<List<JobModel>> groups() {
    return BoundedJob.groups(jobModels());
  }
}
