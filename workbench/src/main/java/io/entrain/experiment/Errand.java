package io.entrain.experiment;

import io.entrain.experiment.Roster.Entrant;
import io.entrain.job.JobModel;
import java.util.List;

/**
 * One bounded run of the job: cells of one source, by models of the same streams.
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
  /** Of a model that was told that the clocks agree. */
  static final String LAG_KNOWN = ", lag known";

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
}
