package io.entrain.cli;

import io.entrain.job.JobConfig;
import io.entrain.job.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Makes every setting of the job an option of a command, so that its help lists them and a slip in
 * a name is found. {@code --kafka.*} passes as it is.
 */
final class JobSettings implements IModelTransformer {
  @Override
  public CommandSpec transform(CommandSpec spec) {
    for (Setting setting : Setting.values()) {
      String fallback = setting.fallback().isEmpty() ? "none" : setting.fallback();
      spec.addOption(
          OptionSpec.builder("--" + setting.key())
              .paramLabel("VALUE")
              .type(String.class)
              .description(
                  setting.description().replace("%", "%%") + " (default: " + fallback + ")")
              .build());
    }
    return spec;
  }

  /**
   * The configuration that was asked for.
   *
   * @param config YAML file, or null
   * @param unmatched what picocli did not know; only {@code --kafka.*} may be there
   * @param defaults of this command, under what the file and the options say
   */
  static JobConfig read(
      CommandLine command, String config, List<String> unmatched, Map<Setting, String> defaults) {
    if (unmatched.stream().anyMatch(word -> !word.matches("--kafka\\.[^=]+=.*"))) {
      throw new UnmatchedArgumentException(command, unmatched);
    }
    Map<String, String> given = new LinkedHashMap<>();
    for (Setting setting : Setting.values()) {
      String value = command.getCommandSpec().findOption("--" + setting.key()).getValue();
      if (value != null) {
        given.put(setting.key(), value);
      }
    }
    for (String word : unmatched) {
      given.put(word.substring(2, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
    }
    // A file stands for itself: what it leaves out has the job's defaults, as on a cluster.
    if (config == null) {
      defaults.forEach((setting, value) -> given.putIfAbsent(setting.key(), value));
    }
    List<String> arguments = new ArrayList<>();
    if (config != null) {
      arguments.add("--config=" + config);
    }
    given.forEach((key, value) -> arguments.add("--" + key + "=" + value));
    return JobConfig.parse(arguments);
  }
}
