package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrain.wire.v1.Lag;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class DecodeMetricsTest {
  private final Map<String, Gauge<?>> gauges = new HashMap<>();
  private final DecodeMetrics metrics =
      new DecodeMetrics(new Listed(""), new WindowQueue(), "a1b2");

  @Test
  void eachSessionShowsItsNewestLagAndItsHeadroomWhereTheModelTells() {
    metrics.lag("old", lag(5).build());
    metrics.lag("new", lag(5).setHeadroom(2).build());
    metrics.lag("new", lag(7).setHeadroom(-.5f).build());
    assertThat(value("entrain.session.old.lagMillis")).isEqualTo(5f);
    assertThat(gauges).doesNotContainKey("entrain.session.old.headroom");
    assertThat(value("entrain.session.new.lagMillis")).isEqualTo(7f);
    assertThat(value("entrain.session.new.lagSdMillis")).isEqualTo(3f);
    assertThat(value("entrain.session.new.headroom")).isEqualTo(-.5f);
  }

  @Test
  void noMoreSessionsHaveGaugesThanTheLimit() {
    for (int i = 0; i <= DecodeMetrics.MOST_SESSIONS; i++) {
      metrics.lag("s" + i, lag(i).build());
    }
    assertThat(gauges.keySet().stream().filter(name -> name.endsWith(".lagMillis")))
        .hasSize(DecodeMetrics.MOST_SESSIONS);
  }

  private Object value(String name) {
    return gauges.get(name).getValue();
  }

  private static Lag.Builder lag(float millis) {
    return Lag.newBuilder().setMillis(millis).setSdMillis(3);
  }

  /** A group that keeps its gauges by their full names. */
  private final class Listed extends UnregisteredMetricsGroup {
    private final String path;

    Listed(String path) {
      this.path = path;
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
      gauges.put(path + name, gauge);
      return gauge;
    }

    @Override
    public MetricGroup addGroup(String name) {
      return new Listed(path + name + ".");
    }

    @Override
    public MetricGroup addGroup(String key, String value) {
      return new Listed(path + key + "." + value + ".");
    }
  }
}
