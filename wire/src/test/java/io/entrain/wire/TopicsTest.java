package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TopicsTest {
  @Test
  void namesFollowThePrefix() {
    assertThat(Topics.DEFAULT.modality("spikes")).isEqualTo("entrain.spikes");
    assertThat(new Topics("lab-2").decoded()).isEqualTo("lab-2.decoded");
  }

  @Test
  void refusesAModalityThatCannotNameATopic() {
    assertThatThrownBy(() -> Topics.DEFAULT.modality("left hand"))
        .hasMessageContaining("\"left hand\" cannot name a topic");
    assertThatThrownBy(() -> Topics.DEFAULT.modality("decoded"))
        .hasMessageContaining("would share the topic of the job's own records");
    assertThatThrownBy(() -> new Topics("")).hasMessageContaining("topic prefix \"\"");
  }
}
