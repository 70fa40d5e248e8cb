// Calibration of the intervals, and what a window costs.

function calibrationSection(calibration, report, styles) {
  const rows = list(calibration.rows);
  const kinds = [...new Set(rows.map((row) => row.what))];
  const figures = kinds.map((what) => {
    const series = report.models.flatMap((model) => rows
      .filter((row) => row.what === what && row.model === model.id)
      .map((row) => ({ model: model.id, points: list(calibration.levels)
        .map((level, i) => ({ x: level, at: figure(row.covers?.[i]) })).filter((one) => one.at) })))
      .filter(({ points }) => points.length);
    const title = `Intervals of ${what === 'decoded' ? 'what is decoded' : `the ${what}`}`;
    if (!series.length) return null;
    return el('figure', {}, el('figcaption', {}, title), linePlot({
      title: `${title}: measured coverage`, diagonal: true, series,
      x: { name: 'nominal coverage', unit: '%', values: [0, 0.2, 0.4, 0.6, 0.8, 1], say: hundred },
      y: { name: 'measured coverage', unit: '%', domain: [0, 1], say: hundred, tell: percent },
    }, styles));
  });
  const present = new Set(rows.map((row) => row.model));
  return el('section', { id: 'calibration' }, el('h2', {}, 'Calibration'),
    el('p', { class: 'hint' }, 'On the dotted diagonal an interval holds as often as it says; below it the model is too sure.'),
    legend(report.models.filter((model) => present.has(model.id)), styles), el('div', { class: 'plots' }, figures),
    el('h3', {}, 'Measured coverage, %, by nominal coverage'), calibrationTable(calibration));
}

function calibrationTable(calibration) {
  const heads = list(calibration.levels).map((level) => ({ text: percent(level).replace('.0', ''), number: true }));
  return tableOf('Measured coverage', [{ text: 'model' }, { text: 'of' }, ...heads],
    list(calibration.rows).map((row) => ({ cells: [row.model, row.what, ...list(calibration.levels).map((_, i) => share(row.covers?.[i]))] })));
}

/** R² of the newest step where the first sweep disturbs least, for each model. */
function accuracyAtRest(report) {
  const sweep = list(report.sweeps)[0];
  const panel = sweep?.panels?.[0];
  const values = list(sweep?.values);
  if (!panel || !values.length) return null;
  const numbers = values.filter(has);
  const rest = numbers.length ? numbers[d3.minIndex(numbers, Math.abs)] : values.find((value) => value === 'none') ?? values[0];
  const at = new Map(list(panel.points).filter((one) => one.value === rest).map((one) => [one.model, one.r2?.newest]));
  return { at, where: `${sweep.label ?? sweep.over} = ${withUnit(rest, sweep.unit)}` };
}

function costSection(report, styles) {
  const accuracy = accuracyAtRest(report);
  const rows = list(report.cost).filter((row) => has(row.micros_per_window?.median));
  const head = [{ text: 'model' }, { text: 'median, µs', number: true }, { text: '10th to 90th percentile, µs', number: true },
    { text: 'windows', number: true }, ...(accuracy ? [{ text: `R², newest, at ${accuracy.where}`, number: true }] : [])];
  return el('section', { id: 'cost' }, el('h2', {}, 'Cost'),
    el('p', { class: 'hint' }, `Bars: median time of the model for one window; whiskers: 10th to 90th percentile.${accuracy ? ` At the right: R² of the newest step at ${accuracy.where}.` : ''}`),
    el('figure', { class: 'narrow' }, el('figcaption', {}, 'Time for one window'), costPlot(rows, accuracy, styles)),
    el('h3', {}, 'Cost of each model'),
    tableOf('Cost of each model', head, rows.map(({ model, windows, micros_per_window: micros }) => ({ cells: [model, whole(micros.median),
      `${whole(micros.p10)}–${whole(micros.p90)}`, groups(windows), ...(accuracy ? [cell(accuracy.at.get(model), point)] : [])] }))));
}

/** Each model on two lines, its name and figures above its bar, so that any name fits on any screen. */
function costPlot(rows, accuracy, styles) {
  const [width, row, top] = [430, 38, 8];
  const [left, right, bottom] = [10, width - 24, top + row * rows.length];
  const across = d3.scaleLinear([0, 1.02 * d3.max(rows, ({ micros_per_window: micros }) => Math.max(micros.median, micros.p90 ?? 0))], [left, right]);
  const svg = canvas(width, bottom + 42, `Median time for one window. ${rows.map((one) => `${one.model} ${whole(one.micros_per_window.median)} µs`).join('; ')}.`);
  bottomAxis(svg, across, across.ticks(5), brief, { top, bottom, left, right, rules: true });
  svg.append(words(['time for one window (µs)'], (left + right) / 2, bottom + 34, { class: 'name', 'text-anchor': 'middle' }));
  rows.forEach(({ model, micros_per_window: micros }, i) => {
    const y = top + row * i;
    const group = modelGroup(styles.get(model) ?? { color: 'other', group: 'model other' });
    group.append(draw('rect', { class: 'bar', x: left, y: y + 19, width: across(micros.median) - left, height: 11 }));
    if (has(micros.p10) && has(micros.p90)) {
      const whisker = `M${across(micros.p10)},${y + 24.5}H${across(micros.p90)}m0,-4v8M${across(micros.p10)},${y + 20.5}v8`;
      group.append(draw('path', { class: 'error under', d: whisker }), draw('path', { class: 'error', d: whisker }));
    }
    const r2 = accuracy ? figure(accuracy.at.get(model)) : null;
    svg.append(group, draw('text', { class: 'halo', x: left + 2, y: y + 15 }, `${model}: ${whole(micros.median)} µs`),
      r2 ? draw('text', { class: 'halo', x: right, y: y + 15, 'text-anchor': 'end' }, `R² ${point(r2.value)}`) : draw('g'));
  });
  return svg;
}
