package io.entrain.experiment;

import io.entrain.experiment.Plan.Claim;
import io.entrain.experiment.Plan.Sweep;
import java.util.List;
import java.util.Locale;

/** The sentence at the top of a report, made from the figures alone. */
final class Answer {
  private Answer() {}

  static String of(Plan plan, Findings findings) {
    Claim claim = plan.answer();
    Sweep sweep = plan.sweep(claim.sweep());
    Estimate model = findings.over(sweep, claim.model());
    Estimate against = findings.over(sweep, claim.against());
    if (model == null || against == null) {
      return "The sessions that this would be read from have not all been decoded.";
    }
    Estimate lead = model.minus(against);
    return "Over %s, %s decodes with R² %s and %s with R² %s: %s."
        .formatted(
            range(sweep),
            claim.model(),
            interval(model),
            claim.against(),
            interval(against),
            verdict(claim, lead));
  }

  private static String verdict(Claim claim, Estimate lead) {
    if (lead.low() <= 0 && lead.high() >= 0) {
      return "no difference can be told (%s)".formatted(interval(lead));
    }
    return "%s is ahead by %s"
        .formatted(
            lead.value() > 0 ? claim.model() : claim.against(),
            lead.value() > 0 ? interval(lead) : interval(lead.value(), -1, lead));
  }

  private static String range(Sweep sweep) {
    String unit = sweep.over().unit().isEmpty() ? "" : " " + sweep.over().unit();
    List<String> values = sweep.values().stream().map(Answer::text).toList();
    String last = values.get(values.size() - 1);
    String said =
        values.size() == 1
            ? last
            : sweep.over().isCategory() || values.size() == 2
                ? String.join(", ", values.subList(0, values.size() - 1)) + " and " + last
                : values.get(0) + " to " + last;
    return "%s %s%s".formatted(sweep.over().label(), said, unit);
  }

  private static String text(Object value) {
    if (value instanceof Double number) {
      String text =
          number == Math.rint(number)
              ? String.format(Locale.ROOT, "%.0f", number)
              : number.toString();
      return text.replace("-", "−");
    }
    return value.toString();
  }

  private static String interval(Estimate estimate) {
    return interval(estimate.value(), 1, estimate);
  }

  private static String interval(double value, int sign, Estimate estimate) {
    double low = sign > 0 ? estimate.low() : -estimate.high();
    double high = sign > 0 ? estimate.high() : -estimate.low();
    return "%s (%s to %s)".formatted(share(sign * value), share(low), share(high));
  }

  /** As R² is written: three decimals, no zero before the point, a real minus. */
  static String share(double value) {
    return String.format(Locale.ROOT, "%.3f", value)
        .replaceFirst("^(-?)0\\.", "$1.")
        .replace("-", "−");
  }
}
