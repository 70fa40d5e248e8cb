package io.entrain.scoring;

import io.entrain.wire.v1.Component;
import io.entrain.wire.v1.Decoded;
import io.entrain.wire.v1.Presence;
import io.entrain.wire.v1.Truth;
import java.util.List;

/** Sums over the windows of one model. */
final class ModelTally {
  private static final double CLOSE_MILLIS = 50;

  private final String model;
  private ExplainedVariance variance;
  private long windows;
  private long lags;
  private double lagSquares;
  private long lagsClose;
  private double missing;

  ModelTally(String model) {
    this.model = model;
  }

  void count(Decoded decoded) {
    windows++;
    double here = 0;
    for (Presence presence : decoded.getPresenceList()) {
      here += presence.getShare();
    }
    missing += decoded.getPresenceCount() == 0 ? 0 : 1 - here / decoded.getPresenceCount();
  }

  void score(Decoded decoded, Truth truth) {
    List<Component> newest =
        decoded.getComponentList().stream().filter(c -> c.getDelayMillis() == 0).toList();
    double[] mean = new double[newest.size()];
    double[] right = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = newest.get(i).getMean();
      right[i] = component(truth, newest.get(i).getName());
    }
    if (variance == null) {
      variance = new ExplainedVariance(mean.length);
    }
    variance.add(right, mean);
    if (decoded.hasLag() && truth.hasLagMillis()) {
      double error = decoded.getLag().getMillis() - truth.getLagMillis();
      lags++;
      lagSquares += error * error;
      lagsClose += Math.abs(error) <= CLOSE_MILLIS ? 1 : 0;
    }
  }

  private double component(Truth truth, String name) {
    for (Component component : truth.getComponentList()) {
      if (component.getName().equals(name)) {
        return component.getMean();
      }
    }
    List<String> known = truth.getComponentList().stream().map(Component::getName).toList();
    throw new IllegalArgumentException(
        "model " + model + " decodes " + name + ", the truth has only " + known);
  }

  Score score() {
    return new Score(
        model,
        windows,
        variance == null ? 0 : variance.windows(),
        variance == null ? Double.NaN : variance.r2(),
        lags == 0 ? Double.NaN : Math.sqrt(lagSquares / lags),
        lags == 0 ? Double.NaN : (double) lagsClose / lags,
        windows == 0 ? 0 : missing / windows);
  }
}
