// Two runs against each other: differences with their intervals, then what differs between the runs themselves.

const away = ([, low, high]) => has(low) && has(high) && (low > 0 || high < 0);
const figureName = (name) => name.replaceAll('_', ' ').replace(/^r2\b/, 'R²').replace(/ millis$/, ' (ms)').replace(/\brmse\b/, 'RMSE');
const teller = (name) => (/^r2\b|within|covers|positive/.test(name) ? point : hundredth);

function comparisonPage(report) {
  const main = document.getElementById('content');
  const rows = list(report.rows).filter((row) => figure(row.difference));
  const models = [...new Set(rows.map((row) => row.model))].map((id) => ({ id }));
  const styles = looks(models);
  const count = rows.filter((row) => away(row.difference)).length;
  const groups = d3.groups(rows, (row) => row.sweep);
  const top = el('div', {}, heading(report, 'two runs compared'), terms([['A', runName(report.a)], ['B', runName(report.b)]]),
    el('p', { class: 'answer', id: 'answer' }, rows.length
      ? `B differs from A in ${count} of ${plural(rows.length, 'figure')}: there the 95\u00a0% interval of the difference excludes 0.`
      : 'The two runs have no figure in common.'), limits(report));
  fill(main, {}, [top, rows.length ? el('p', { class: 'hint' }, 'All differences are B − A; bands and whiskers are 95\u00a0% intervals.') : null,
    ...groups.map(([sweep, its]) => differencePlots(sweep, its, models, styles)),
    groups.length ? section('tables', 'All differences', el('p', { class: 'hint' }, 'Bold, and marked ▲ (B above A) or ▼ (B below A): the interval of the difference excludes 0.'),
      groups.map(([sweep, its]) => [el('h3', {}, sweep), differenceTable(sweep, its)])) : null,
    list(report.differs).length ? section('differs', 'What differs between the runs',
      tableOf('What differs', ['what', 'in A', 'in B'].map((text) => ({ text })), report.differs.map((cells) => ({ cells: cells.map(brief) })), 'words')) : null,
    ...[['a', 'A'], ['b', 'B']].map(([key, name]) => (list(report[`only_${key}`]).length
      ? section(`only-${key}`, `Only in ${name}`, el('ul', {}, report[`only_${key}`].map((one) => el('li', {}, one)))) : null))]);
  const links = contents(main);
  if (links) top.append(links);
}

function runName(run) {
  return run ? [run.name, run.folder, moment(run.started)].filter(Boolean).join(', ') : null;
}

function differencePlots(sweep, rows, models, styles) {
  const present = new Set(rows.map((row) => row.model));
  const cards = d3.groups(rows, (row) => row.figure).flatMap(([name, its]) => {
    const domain = aroundZero(d3.min(its, (row) => d3.min(row.difference)), d3.max(its, (row) => d3.max(row.difference)));
    return d3.groups(its, (row) => row.by ?? null).map(([by, some]) => differencePlot(name, by, some, models, styles, domain));
  });
  return el('section', { id: `sweep-${sweep}` }, el('h2', {}, sweep), legend(models.filter((model) => present.has(model.id)), styles),
    el('div', { class: 'plots' }, cards));
}

function differencePlot(name, by, rows, models, styles, domain) {
  const title = `${figureName(name)}, B − A${by === null ? '' : `, at ${brief(by)}`}`;
  const series = models.map(({ id }) => ({ model: id, points: rows.filter((row) => row.model === id)
    .map((row) => ({ x: row.value, at: figure(row.difference) })).sort((a, b) => (has(a.x) ? a.x - b.x : 0)) }))
    .filter(({ points }) => points.length);
  const values = [...new Set(rows.map((row) => row.value))];
  const plot = { title, series, guide: { at: 0, label: 'no difference' },
    x: { name: rows[0].label ?? rows[0].over, unit: rows[0].unit, values },
    y: { name: `difference in ${figureName(name)}`, domain, say: pointBrief, tell: teller(name) } };
  return el('figure', {}, el('figcaption', {}, title), values.length > 1 && values.every(has) ? linePlot(plot, styles) : dotPlot(plot, styles));
}

function differenceTable(sweep, rows) {
  const by = rows.some((row) => row.by !== null && row.by !== undefined);
  const heads = [{ text: 'figure' }, { text: 'model' }, { text: unitOf(rows[0].label ?? rows[0].over, rows[0].unit), number: true },
    ...(by ? [{ text: 'at', number: true }] : []), { text: 'A', number: true }, { text: 'B', number: true }, { text: 'B − A', number: true },
    { text: 'excludes 0' }, { text: 'paired' }];
  const cells = rows.map((row, i) => {
    const say = teller(row.figure);
    const marked = away(row.difference);
    return { marked, first: i > 0 && (row.figure !== rows[i - 1].figure || row.model !== rows[i - 1].model),
      cells: [figureName(row.figure), row.model, brief(row.value), ...(by ? [brief(row.by)] : []), cell(row.a, say), cell(row.b, say),
        cell(row.difference, say), marked ? (row.difference[0] > 0 ? '▲ yes' : '▼ yes') : 'no', row.paired ? 'yes' : 'no'] };
  });
  return tableOf(`Differences in ${sweep}`, heads, cells, 'dense');
}

comparisonPage(given());
