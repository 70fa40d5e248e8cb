package io.entrain.view;

import java.util.List;

/**
 * Whether the broker answers.
 *
 * @param answered null before it was asked
 * @param sinceMillis wall time since which it is so
 * @param topics of the prefix, as last seen
 */
record BrokerState(Boolean answered, long sinceMillis, List<String> topics) {
  static BrokerState first() {
    return new BrokerState(null, System.currentTimeMillis(), List.of());
  }

  BrokerState answers(long nowMillis, List<String> found) {
    return new BrokerState(true, Boolean.TRUE.equals(answered) ? sinceMillis : nowMillis, found);
  }

  BrokerState away(long nowMillis) {
    return new BrokerState(false, Boolean.FALSE.equals(answered) ? sinceMillis : nowMillis, topics);
  }

  String word() {
    if (answered == null) {
      return "asked";
    }
    return answered ? "answers" : "away";
  }
}
