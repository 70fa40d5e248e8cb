// The section of one sweep: a legend, and a plot for each figure that has data; small multiples where it has panels.

function sweepSection(sweep, report, styles) {
  const panels = list(sweep.panels);
  const present = new Set(panels.flatMap((panel) => list(panel.points).map((one) => one.model)));
  const models = report.models.filter((model) => present.has(model.id));
  const groups = FIGURES.filter((kind) => kind.title)
    .map((kind) => ({ kind, serieses: panels.map((panel) => seriesOf(kind, panel, models)) }))
    .filter(({ serieses }) => serieses.flat().length);
  if (!groups.length) return null;
  const section = el('section', { id: `sweep-${sweep.name}` }, el('h2', {}, sweep.title ?? sweep.name));
  const forecast = report.forecast?.band && report.forecast.over === sweep.over && report.forecast.sweep === sweep.name ? report.forecast : null;
  if (sweep.by) {
    for (const group of groups) section.append(el('h3', {}, titleOf(group.kind, sweep)), legend(models.filter((model) => holds(group, model)), styles), multiples(group, sweep, styles, forecast));
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
function sweepPlot({ kind, serieses }, index, sweep, styles, forecast) {
  const panel = sweep.panels[index];
  const title = titleOf(kind, sweep);
  const caption = sweep.by ? `${sweep.by.label ?? sweep.by.key} ${withUnit(panel.by, sweep.by.unit)}` : title;
  const domain = domainOf(kind, serieses);
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
  const [name, unit] = [sweep?.label ?? forecast.over, sweep?.unit];
  const [low, high] = forecast.band;
  const inside = forecast.measured >= low && forecast.measured <= high;
  const registered = forecast.registered ? ` Registered ${moment(forecast.registered)}.` : '';
  return el('section', { id: 'forecast' }, el('h2', {}, 'Critical noise: forecast and measured'),
    el('p', {}, `${forecast.model} was forecast to break down at ${name} = ${has(forecast.center) ? `${withUnit(forecast.center, unit)} (${brief(low)}–${brief(high)})` : `${brief(low)}–${withUnit(high, unit)}`}; `
      + `${has(forecast.measured) ? `measured: ${withUnit(forecast.measured, unit)}, ${inside ? 'inside' : 'outside of'} the band.` : 'this run did not measure it.'}${registered}`),
    forecast.words ? el('p', { class: 'hint' }, forecast.words) : null,
    sweep ? el('p', { class: 'hint' }, 'The band stands in the plots of headroom and of the lag of ', el('a', { href: `#sweep-${sweep.name}` }, sweep.title ?? sweep.name), '.') : null);
}
