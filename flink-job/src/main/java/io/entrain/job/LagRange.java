package io.entrain.job;

import io.entrain.contract.ModelContract;
import io.entrain.contract.ModelContract.LagOutput;
import java.io.Serializable;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which lags the models may find: those of a range, one that is pinned, or all. Numbers are float32
 * like the grid, so that a lag written as the grid has it is on the grid.
 *
 * @param text the setting, empty where all are allowed
 * @param minMillis lowest lag
 * @param maxMillis highest lag
 */
public record LagRange(String text, float minMillis, float maxMillis) implements Serializable {
  private static final String NUMBER = "([+-]?\\d+(?:\\.\\d+)?)";
  private static final Pattern FORM = Pattern.compile(NUMBER + "(?:\\.\\." + NUMBER + ")?");

  /**
   * From the setting {@code lag-range-millis}: empty, {@code min..max} or one number.
   *
   * @throws ConfigException where it is none of them, or where min is above max
   */
  public static LagRange parse(String setting) {
    String text = setting.strip();
    if (text.isEmpty()) {
      return new LagRange(text, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw wrong(text, "it must be a range such as -50..50, one lag such as 12, or empty");
    }
    float min = number(form.group(1));
    float max = form.group(2) == null ? min : number(form.group(2));
    if (min > max) {
      throw wrong(text, "its first number must not be above its second");
    }
    return new LagRange(text, min, max);
  }

  /** The sum makes 0 of -0, which a model need not know. */
  private static float number(String text) {
    return Float.parseFloat(text) + 0f;
  }

  /**
   * Holds the range against the models of a job. Models without a lag do not mind, if there is one
   * that can be told.
   *
   * @throws ConfigException names the model, the setting and the bound
   */
  public void check(Collection<ModelContract> models) {
    if (text.isEmpty()) {
      return;
    }
    boolean told = false;
    for (ModelContract model : models) {
      if (model.lag() != null) {
        if (model.lag().allowed() == null) {
          throw wrong(
              text,
              "it must be empty, because model %s cannot be told which lags are allowed (its contract has no lag.allowed, docs/contract.md)"
                  .formatted(model.name()));
        }
        weights(model);
        told = true;
      }
    }
    if (!told) {
      throw wrong(
          text,
          "it must be empty, because none of the models %s finds a lag"
              .formatted(models.stream().map(ModelContract::name).toList()));
    }
  }

  /**
   * The tensor {@code lag.allowed} of a model: 1 where a lag of its grid is allowed and 0
   * elsewhere; a pinned lag between two of the grid is shared by them in proportion to their
   * nearness.
   *
   * @return null where the model cannot be told
   * @throws ConfigException where the range does not fit the model's grid
   */
  float[] weights(ModelContract model) {
    LagOutput lag = model.lag();
    if (lag == null || lag.allowed() == null) {
      return null;
    }
    if (text.isEmpty()) {
      return model.state(lag.allowed()).initial();
    }
    float[] grid = lag.gridMillis();
    if (minMillis < grid[0] || maxMillis > grid[grid.length - 1]) {
      throw wrong(
          text,
          "it must lie within the lags of model %s, %s..%s"
              .formatted(model.name(), grid[0], grid[grid.length - 1]));
    }
    return text.contains("..") ? range(model.name(), grid) : pin(grid);
  }

  private float[] range(String model, float[] grid) {
    float[] weights = new float[grid.length];
    boolean any = false;
    for (int i = 0; i < grid.length; i++) {
      boolean inside = minMillis <= grid[i] && grid[i] <= maxMillis;
      weights[i] = inside ? 1 : 0;
      any |= inside;
    }
    if (!any) {
      throw wrong(
          text, "it must hold a lag of model %s, which knows %s".formatted(model, nearest(grid)));
    }
    return weights;
  }

  private float[] pin(float[] grid) {
    float[] weights = new float[grid.length];
    int low = below(grid);
    float share = (minMillis - grid[low]) / (grid[low + 1] - grid[low]);
    weights[low] = 1 - share;
    weights[low + 1] = share;
    return weights;
  }

  /** The grid's lags around a range that holds none, for people. */
  private String nearest(float[] grid) {
    int low = below(grid);
    return grid[low] + " and " + grid[low + 1];
  }

  /** The last but one at most: index of the lag of the grid at or below the lower end. */
  private int below(float[] grid) {
    int low = 0;
    while (low < grid.length - 2 && grid[low + 1] <= minMillis) {
      low++;
    }
    return low;
  }

  private static ConfigException wrong(String text, String bound) {
    return new ConfigException(
        "%s is \"%s\"; %s".formatted(Setting.LAG_RANGE_MILLIS.key(), text, bound));
  }
}
