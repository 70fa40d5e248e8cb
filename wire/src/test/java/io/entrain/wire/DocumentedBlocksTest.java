package io.entrain.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The blocks that docs/wire.md shows are blocks. */
class DocumentedBlocksTest {
  @Test
  void theCodecAcceptsThem() throws IOException {
    String page =
        Files.readString(Path.of(System.getProperty("entrain.root", ".."), "docs", "wire.md"));
    List<String> blocks =
        Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
            .matcher(page)
            .results()
            .map((MatchResult match) -> match.group(1))
            .toList();
    assertThat(blocks).hasSize(2);
    for (String block : blocks) {
      BlockReading reading = new BlockCodec().decode(block.getBytes(StandardCharsets.UTF_8));
      assertThat(reading.detail()).isNull();
    }
  }
}
