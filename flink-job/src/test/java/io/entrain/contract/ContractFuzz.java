package io.entrain.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Fuzz target of the model contract: whatever stands in a file's metadata. */
class ContractFuzz {
  /** A text is a contract, or refused in words. */
  @FuzzTest(maxDuration = "2m")
  void contracts(byte[] value) {
    try {
      ModelContract contract = ContractReader.parse(new String(value, StandardCharsets.UTF_8));
      assertThat(contract.hopNanos()).isPositive();
      assertThat(contract.modalities()).isNotEmpty();
    } catch (ContractException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
