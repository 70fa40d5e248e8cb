package io.entrain.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy on loopback between the job and its broker: it hands on what comes, or refuses it,
 * holds it, delays it or lets it through a narrow pipe, as it is told.
 */
final class Proxy implements AutoCloseable {
  /** What becomes of connections and their bytes. */
  enum Mode {
    OPEN,
    /** Connections are closed and new ones, too. */
    CUT,
    /** Connections stand and nothing passes; no end is told. */
    BLACK_HOLE,
    /** Every piece comes later. */
    DELAY,
    /** Few bytes a second. */
    SLOW
  }

  /** A round trip around the world. */
  private static final long DELAY_MILLIS = 150;

  /** Less than two sessions of the simulated world send: the job falls behind. */
  private static final int SLOW_BYTES_PER_SECOND = 400_000;

  private static final int PIECE_BYTES = 16 << 10;
  private static final long GLANCE_MILLIS = 20;

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Mode mode = Mode.OPEN;
  private volatile boolean closed;

  private Proxy(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
  }

  /** Listens on any free port and hands on to {@code target} on loopback. */
  static Proxy start(int target) {
    try {
      Proxy proxy = new Proxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
      daemon("proxy", proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("the proxy did not start", e);
    }
  }

  int port() {
    return server.getLocalPort();
  }

  /** From now on. */
  void become(Mode next) {
    mode = next;
    if (next == Mode.CUT) {
      sockets.forEach(Proxy::drop);
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = server.accept();
        if (mode == Mode.CUT) {
          drop(client);
        } else {
          daemon("proxy connection", () -> connect(client));
        }
      } catch (IOException ended) {
        // Closed, or a client that went away before it was taken in.
      }
    }
  }

  private void connect(Socket client) {
    Socket broker = new Socket();
    try {
      broker = new Socket(InetAddress.getLoopbackAddress(), target);
      for (Socket socket : new Socket[] {client, broker}) {
        socket.setTcpNoDelay(true);
        sockets.add(socket);
      }
      Socket far = broker;
      daemon("proxy back", () -> pump(far, client));
      pump(client, far);
    } catch (IOException nobodyThere) {
      drop(client);
      drop(broker);
    }
  }

  /** Hands on until one side ends, then ends both. */
  private void pump(Socket from, Socket to) {
    byte[] piece = new byte[PIECE_BYTES];
    try {
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      for (int size = input.read(piece); size >= 0; size = input.read(piece)) {
        hold(size);
        output.write(piece, 0, size);
        output.flush();
      }
    } catch (IOException ended) {
      // Either side went away: so does the other, below.
    } finally {
      drop(from);
      drop(to);
    }
  }

  private void hold(int size) {
    if (mode == Mode.DELAY) {
      Waiting.pauseMillis(DELAY_MILLIS);
    } else if (mode == Mode.SLOW) {
      Waiting.pauseMillis(size * 1000L / SLOW_BYTES_PER_SECOND);
    }
    while (mode == Mode.BLACK_HOLE && !closed) {
      Waiting.pauseMillis(GLANCE_MILLIS);
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void drop(Socket socket) {
    try {
      socket.close();
    } catch (IOException already) {
      // It is gone either way.
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      sockets.forEach(Proxy::drop);
    }
  }
}
