package io.entrain.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The README's table of settings is the table that the job reads. */
class ReadmeTest {
  @ParameterizedTest
  @EnumSource(Setting.class)
  void everySettingStandsInTheReadmeWithItsDefault(Setting setting) throws Exception {
    String readme = Files.readString(Path.of(System.getProperty("entrain.root"), "README.md"));
    assertThat(readme).contains(row(setting));
  }

  private static String row(Setting setting) {
    String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
    return "| `%s` | %s | %s |".formatted(setting.key(), fallback, setting.description());
  }
}
