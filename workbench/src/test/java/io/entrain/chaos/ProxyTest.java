package io.entrain.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyTest {
  private ServerSocket echo;
  private Proxy proxy;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::answer, "echo");
    thread.setDaemon(true);
    thread.start();
    proxy = Proxy.start(echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
  }

  @Test
  void handsOnBothWays() throws IOException {
    try (Socket socket = connect()) {
      assertThat(ask(socket, 7)).isEqualTo(7);
    }
  }

  @Test
  void cutsWhatStandsAndRefusesWhatComes() throws IOException {
    try (Socket socket = connect()) {
      assertThat(ask(socket, 1)).isEqualTo(1);
      proxy.become(Proxy.Mode.CUT);
      assertThat(gone(socket)).isTrue();
      try (Socket late = connect()) {
        assertThat(gone(late)).isTrue();
      }
      proxy.become(Proxy.Mode.OPEN);
      try (Socket again = connect()) {
        assertThat(ask(again, 2)).isEqualTo(2);
      }
    }
  }

  @Test
  void holdsInABlackHoleAndLosesNothing() throws IOException {
    try (Socket socket = connect()) {
      assertThat(ask(socket, 1)).isEqualTo(1);
      proxy.become(Proxy.Mode.BLACK_HOLE);
      socket.getOutputStream().write(2);
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      proxy.become(Proxy.Mode.OPEN);
      socket.setSoTimeout(10_000);
      assertThat(socket.getInputStream().read()).isEqualTo(2);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static int ask(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    return socket.getInputStream().read();
  }

  /** Whether the connection is at its end, told in either way. */
  private static boolean gone(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException reset) {
      return !(reset instanceof SocketTimeoutException);
    }
  }

  private void answer() {
    while (!echo.isClosed()) {
      try {
        Socket socket = echo.accept();
        Thread thread = new Thread(() -> repeat(socket), "echo of one");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void repeat(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException ended) {
      // The test is over.
    }
  }
}
