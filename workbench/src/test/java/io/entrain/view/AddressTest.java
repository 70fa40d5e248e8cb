package io.entrain.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @Test
  void readsAHostAndAPort() {
    assertThat(Address.parse("127.0.0.1:8080")).isEqualTo(new Address("127.0.0.1", 8080));
    assertThat(Address.parse("[::1]:0")).isEqualTo(new Address("::1", 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8080", "localhost", "localhost:", ":80", "localhost:99999", "a:b"})
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HOST:PORT");
  }

  @Test
  void asksForATokenOfSixteenCharacters() {
    assertThatThrownBy(() -> PageServer.check(Address.LOOPBACK, "short"))
        .hasMessage("the token has 5 characters, must have at least 16");
  }

  @Test
  void makesATokenWhereOthersCanReachThePage() {
    assertThat(Doorkeeper.of(Address.LOOPBACK, "").query()).isEmpty();
    assertThat(Doorkeeper.of(new Address("0.0.0.0", 0), "").query()).hasSizeGreaterThan(20);
  }
}
