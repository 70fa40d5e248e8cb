package io.entrain.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A broker that speaks TLS alone and asks for a name and a password (SASL/PLAIN). */
final class SecureBroker implements AutoCloseable {
  static final String PASSWORD = "only-for-this-test";
  private static final String KEYS = "key-store-word";
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\"";

  private final EmbeddedBroker broker;
  private final Path trust;

  private SecureBroker(EmbeddedBroker broker, Path trust) {
    this.broker = broker;
    this.trust = trust;
  }

  /** Starts it with a certificate of its own, made by the JDK's keytool in {@code folder}. */
  static SecureBroker start(Path folder) throws IOException, InterruptedException {
    Path keys = folder.resolve("broker.p12");
    Path certificate = folder.resolve("broker.crt");
    Path trust = folder.resolve("trust.p12");
    keytool(
        keys,
        "-genkeypair",
        "-alias",
        "broker",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-validity",
        "2");
    keytool(keys, "-exportcert", "-alias", "broker", "-file", certificate.toString());
    keytool(trust, "-importcert", "-noprompt", "-alias", "broker", "-file", certificate.toString());
    Map<String, String> settings = new HashMap<>(trusting(trust));
    settings.put("ssl.keystore.location", keys.toString());
    settings.put("ssl.keystore.password", KEYS);
    settings.put("ssl.key.password", KEYS);
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put(
        "listener.name.clients.plain.sasl.jaas.config",
        LOGIN.formatted("broker", "of-the-broker")
            + " user_broker=\"of-the-broker\" user_lab=\""
            + PASSWORD
            + "\";");
    return new SecureBroker(EmbeddedBroker.start(0, "SASL_SSL", settings), trust);
  }

  private static void keytool(Path store, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", KEYS));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  private static Map<String, String> trusting(Path trust) {
    return Map.of(
        "ssl.truststore.location",
        trust.toString(),
        "ssl.truststore.password",
        KEYS,
        "ssl.truststore.type",
        "PKCS12",
        "ssl.keystore.type",
        "PKCS12");
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** What a client needs that trusts the broker and knows this password. */
  Map<String, String> client(String password) {
    Map<String, String> settings = new HashMap<>(trusting(trust));
    settings.remove("ssl.keystore.type");
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", "PLAIN");
    settings.put("sasl.jaas.config", LOGIN.formatted("lab", password) + ";");
    return settings;
  }

  @Override
  public void close() {
    broker.close();
  }
}
