package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.inference.OnnxModel;
import io.entrain.inference.Provider;
import io.entrain.swap.ModelTerm;
import io.entrain.wire.v1.ModelAnnouncement;
import java.nio.file.Path;
import java.util.List;

/**
 * A model that the job will run, checked where the job is started.
 *
 * @param file the file, as the TaskManager will see it
 * @param sha256 its hash, which every TaskManager checks
 * @param contract what it asks for
 * @param provider where it runs on this machine
 * @param providerNote where it will run and why, for people
 */
public record JobModel(
    String file, String sha256, ModelContract contract, Provider provider, String providerNote) {

  /**
   * Opens the models of a job and checks them against its settings.
   *
   * @throws io.entrain.inference.ModelException where a file is no model that can run
   * @throws ConfigException where the models do not read the same streams, or a setting does not
   *     fit them
   */
  static List<JobModel> open(JobConfig config) {
    List<JobModel> models = open(config.models(), config.provider());
    config.lagRange().check(models.stream().map(JobModel::contract).toList());
    return models;
  }

  /**
   * Opens and checks the files.
   *
   * @throws io.entrain.inference.ModelException where a file is no model that can run
   * @throws ConfigException where the models do not read the same streams
   */
  public static List<JobModel> open(List<String> files, Provider provider) {
    List<JobModel> models = files.stream().map(file -> open(file, provider)).toList();
    models.forEach(model -> checkStreams(models.get(0).contract(), model.contract()));
    checkNames(files, models);
    return models;
  }

  private static void checkStreams(ModelContract first, ModelContract contract) {
    if (!contract.modalities().equals(first.modalities())
        || contract.hopMillis() != first.hopMillis()) {
      throw new ConfigException(
          "models %s and %s do not read the same streams (%s every %d ms, %s every %d ms); run them as two jobs"
              .formatted(
                  first.name(),
                  contract.name(),
                  first.modalities(),
                  first.hopMillis(),
                  contract.modalities(),
                  contract.hopMillis()));
    }
  }

  private static void checkNames(List<String> files, List<JobModel> models) {
    long names = models.stream().map(model -> model.contract().name()).distinct().count();
    if (names < models.size()) {
      throw new ConfigException("two of the models %s have the same name".formatted(files));
    }
  }

  /**
   * Opens the shadow models of a job.
   *
   * @throws io.entrain.inference.ModelException where a file is no model that can run
   * @throws ConfigException where one does not read the streams of the live models
   */
  static List<JobModel> openShadows(JobConfig config, List<JobModel> live) {
    List<JobModel> shadows =
        config.shadowModels().stream().map(file -> open(file, config.provider())).toList();
    shadows.forEach(shadow -> checkStreams(live.get(0).contract(), shadow.contract()));
    checkNames(config.shadowModels(), shadows);
    return shadows;
  }

  /** What announces it in place of the live model of its name. */
  public ModelAnnouncement.Builder announcement() {
    return ModelAnnouncement.newBuilder().setModel(contract.name()).setPath(file).setSha256(sha256);
  }

  /** The term that it begins with. */
  ModelTerm term(boolean shadow) {
    return ModelTerm.ofSettings(contract, shadow, file, sha256);
  }

  private static JobModel open(String file, Provider provider) {
    Path path = Path.of(file).toAbsolutePath().normalize();
    try (OnnxModel model = OnnxModel.open(path, provider)) {
      return new JobModel(
          path.toString(),
          model.sha256(),
          model.contract(),
          model.provider(),
          model.providerNote());
    }
  }
}
