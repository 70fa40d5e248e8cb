package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.entrain.wire.v1.Reason;
import io.entrain.wire.v1.Rejected;
import org.junit.jupiter.api.Test;

class LetterPartsTest {
  private final LetterParts parts = new LetterParts();

  @Test
  void aLetterInOnePieceIsAsItIs() {
    Rejected letter = part(0, 0, "k", "v");
    assertThat(parts.add(letter)).contains(letter);
  }

  @Test
  void theLastPartBringsTheWholeLetter() {
    assertThat(parts.add(part(0, 3, "ke", ""))).isEmpty();
    assertThat(parts.add(part(1, 3, "y", "val"))).isEmpty();
    assertThat(parts.add(part(2, 3, "", "ue"))).contains(part(0, 0, "key", "value"));
    assertThat(parts.add(part(2, 3, "", "ue"))).isEmpty();
  }

  @Test
  void aLetterThatARestartCutShortIsJoinedWhenItComesAgain() {
    parts.add(part(0, 3, "", "a"));
    parts.add(part(1, 3, "", "b"));
    parts.add(part(0, 3, "", "a"));
    parts.add(part(1, 3, "", "b"));
    assertThat(parts.add(part(2, 3, "", "c"))).contains(part(0, 0, "", "abc"));
  }

  @Test
  void aPartThatIsMissingLeavesNoWrongLetter() {
    parts.add(part(0, 3, "", "a"));
    assertThat(parts.add(part(2, 3, "", "c"))).isEmpty();
    assertThat(parts.add(part(1, 3, "", "b").toBuilder().setOffset(8).build())).isEmpty();
  }

  private static Rejected part(int part, int parts, String key, String value) {
    return Rejected.newBuilder()
        .setReason(Reason.TOO_LARGE)
        .setTopic("entrain.lfp")
        .setOffset(7)
        .setKey(ByteString.copyFromUtf8(key))
        .setValue(ByteString.copyFromUtf8(value))
        .setPart(part)
        .setParts(parts)
        .build();
  }
}
