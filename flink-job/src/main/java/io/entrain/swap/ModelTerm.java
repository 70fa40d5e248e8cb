package io.entrain.swap;

import io.entrain.contract.ModelContract;
import java.io.Serializable;

/**
 * From which log time on a model decodes. Kept in checkpoints.
 *
 * @param model name in the contract
 * @param shadow whether it decodes beside the live models
 * @param file the file, as every machine sees it; empty where nothing decodes from then on (a
 *     withdrawn shadow)
 * @param sha256 hash that the file has
 * @param form what others rely on
 * @param fromMillis log time of the first pane that it decodes; {@link Long#MIN_VALUE} of a model
 *     that the job was started with
 * @param epoch grows whenever sessions start anew with the initial state; tensors of one epoch fit
 *     every model of that epoch
 * @param offset where on the control topic it was announced; -1 where it stands in the settings
 */
public record ModelTerm(
    String model,
    boolean shadow,
    String file,
    String sha256,
    ModelForm form,
    long fromMillis,
    int epoch,
    long offset)
    implements Serializable {

  /** The term of a model that stands in the settings. */
  public static ModelTerm ofSettings(
      ModelContract contract, boolean shadow, String file, String sha256) {
    return new ModelTerm(
        contract.name(), shadow, file, sha256, ModelForm.of(contract), Long.MIN_VALUE, 0, -1);
  }

  /** Whether no model decodes. */
  public boolean isVacant() {
    return file.isEmpty();
  }

  ModelTerm withEpoch(int changed) {
    return new ModelTerm(model, shadow, file, sha256, form, fromMillis, changed, offset);
  }
}
