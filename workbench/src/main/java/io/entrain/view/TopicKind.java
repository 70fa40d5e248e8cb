package io.entrain.view;

import io.entrain.wire.Topics;

/** What a topic holds. */
enum TopicKind {
  SIGNAL(2000),
  DECODED(2000),
  ALIGNMENT(500),
  REJECTED(1000),
  TRUTH(2000);

  /** How many records before the end of a partition are read at first, so that no page is blank. */
  final int history;

  TopicKind(int history) {
    this.history = history;
  }

  /** Whether it is read only while somebody looks: large, and of no use to the grid. */
  boolean isForOnlookers() {
    return this == SIGNAL || this == ALIGNMENT || this == TRUTH;
  }

  /** The kind of a topic of this prefix, or null of any other and of those that are not shown. */
  static TopicKind of(Topics topics, String topic) {
    if (!topic.startsWith(topics.prefix() + ".")
        || topic.equals(topics.models())
        || topic.equals(topics.shadow())) {
      return null;
    }
    if (topic.equals(topics.decoded())) {
      return DECODED;
    }
    if (topic.equals(topics.alignment())) {
      return ALIGNMENT;
    }
    if (topic.equals(topics.rejected())) {
      return REJECTED;
    }
    return topic.equals(topics.truth()) ? TRUTH : SIGNAL;
  }
}
