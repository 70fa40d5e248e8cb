// The section of one sweep: a legend, and a plot for each figure that has data; small multiples where it has panels.

function sweepSection(sweep, report, styles) {
  const panels = list(sweep.panels);
  const present = new Set(panels.flatMap((panel) => list(panel.points).map((one) => one.model)));
  const models = report.models.filter((model) => present.has(model.id));
  const groups = FIGURES.filter((kind) => kind.title)
    .map((kind) => ({ kind, serieses: panels.map((panel) => seriesOf(kind, panel, models)) }))
    .filter(({ serieses }) => serieses.flat().length);
  for (const group of groups) group.domain = domainOf(group.kind, groups);
  if (!groups.length) return null;
  const section = el('section', { id: `sweep-${sweep.name}` }, el('h2', {}, sweep.title ?? sweep.name));
  const { forecast: told } = report;
  const forecast = told?.band && told.over === sweep.over && told.sweep === sweep.name ? told : null;
  if (sweep.by) {
    for (const group of groups) {
      section.append(el('h3', {}, titleOf(group.kind, sweep)), legend(models.filter((model) => holds(group, model)), styles),
        multiples(group, sweep, styles, forecast));
    }
  } else {
    section.append(legend(models, styles), el('div', { class: 'plots' }, groups.map((group) => sweepPlot(group, 0, sweep, styles, forecast))));
  }
  return section;
}

function holds(group, model) {
  return group.serieses.flat().some((series) => series.model === model.id);
}

function multiples(group, sweep, styles, forecast) {
  return el('div', { class: 'plots small' }, list(sweep.panels).map((panel, i) =>
    (group.serieses[i].length ? sweepPlot(group, i, sweep, styles, forecast) : null)));
}

/** One card: title, plot, and what lies outside of it. */
function sweepPlot({ kind, serieses, domain }, index, sweep, styles, forecast) {
  const panel = sweep.panels[index];
  const title = titleOf(kind, sweep);
  const caption = sweep.by ? `${sweep.by.label ?? sweep.by.key} ${withUnit(panel.by, sweep.by.unit)}` : title;
  const values = sweep.values?.length ? sweep.values : [...new Set(panel.points.map((one) => one.value))];
  const plot = {
    title: sweep.by ? `${title}, ${caption},` : title, small: Boolean(sweep.by),
    x: { name: sweep.label ?? sweep.over, unit: sweep.unit, values },
    y: { name: kind.name, unit: kind.unit, domain, say: kind.say, tell: kind.tell },
    guide: kind.guide, series: serieses[index],
    forecast: kind.key === 'headroom' || kind.key === 'lag' ? forecast : null,
  };
  const svg = values.length > 1 && values.every(has) ? linePlot(plot, styles) : dotPlot(plot, styles);
  const low = serieses[index].some(({ points }) => points.some(({ at }) => at.value < domain[0]));
  return el('figure', {}, el('figcaption', {}, caption), svg,
    kind.note && !sweep.by ? el('p', {}, kind.note) : null,
    plot.forecast ? el('p', {}, 'Shaded: where the breakdown was forecast.', has(forecast.measured) ? ' Full upright line: where it was measured.' : '') : null,
    low ? el('p', {}, `Arrows: values below ${kind.say(domain[0])}, in the table.`) : null);
}

/** The forecast and what came of it, in a sentence. */
function forecastSection(forecast, report) {
  const sweep = list(report.sweeps).find((one) => one.name === forecast.sweep);
  const place = sweep && document.createDocumentFragment();
  place?.append('The band stands in the plots of headroom and of the lag of ',
    el('a', { href: `#sweep-${sweep.name}` }, sweep.title ?? sweep.name), '.');
  return el('section', { id: 'forecast' }, el('h2', {}, 'Critical noise: forecast and measured'),
    el('p', {}, forecastSentence(forecast, sweep?.label ?? forecast.over, sweep?.unit)),
    forecast.words ? el('p', { class: 'hint' }, forecast.words) : null,
    place ? el('p', { class: 'hint' }, place) : null);
}

function forecastSentence({ model, band: [low, high], center, measured, registered }, name, unit) {
  const where = has(center)
    ? `${withUnit(center, unit)} (${brief(low)}–${brief(high)})`
    : `${brief(low)}–${withUnit(high, unit)}`;
  const found = has(measured)
    ? `measured: ${withUnit(measured, unit)}, ${measured >= low && measured <= high ? 'inside' : 'outside of'} the band.`
    : 'this run did not measure it.';
  return `${model} was forecast to break down at ${name} = ${where}; ${found}`
    + (registered ? ` Registered ${moment(registered)}.` : '');
}
