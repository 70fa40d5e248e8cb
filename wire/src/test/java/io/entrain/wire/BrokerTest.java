package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without a broker; what needs one is tested in the workbench. */
class BrokerTest {
  @Test
  void saysWhichAddressDoesNotAnswerAndWhatToDo() throws IOException {
    String nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = "127.0.0.1:" + socket.getLocalPort();
    }
    assertThatThrownBy(() -> new Broker(nobody, Map.of(), Duration.ofSeconds(1)).check())
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("no Kafka broker answers at " + nobody + " within 1 s")
        .hasMessageContaining("./entrain broker");
  }

  @Test
  void saysThatSomethingElseAnswers() throws IOException {
    // Accepts connections and never says a word.
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + mute.getLocalPort();
      assertThatThrownBy(() -> new Broker(address, Map.of(), Duration.ofSeconds(1)).check())
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("no Kafka broker answers at " + address);
    }
  }

  @Test
  void refusesWhatIsNoAddress() {
    assertThatThrownBy(() -> new Broker("nowhere").check())
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("\"nowhere\" is not the address of a Kafka broker");
    assertThatThrownBy(() -> new Broker("").check()).isInstanceOf(BrokerException.class);
  }
}
