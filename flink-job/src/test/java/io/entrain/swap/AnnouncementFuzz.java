package io.entrain.swap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Fuzz target of the control topic: whatever is announced. */
class AnnouncementFuzz {
  /** Bytes are an announcement in its bounds, or refused with a reason. */
  @FuzzTest(maxDuration = "2m")
  void announcements(byte[] value) {
    try {
      Announcement announcement = Announcement.read(value);
      assertThat(announcement.model()).isNotBlank();
      assertThat(announcement.effectiveMillis()).isNotNegative();
    } catch (Refusal refused) {
      assertThat(refused.reason()).isNotNull();
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
