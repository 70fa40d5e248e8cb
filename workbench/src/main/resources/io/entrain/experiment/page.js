// The report from top to bottom; what has no data is left out.

function figuresOf(report, styles) {
  const sweeps = list(report.sweeps);
  const plots = sweeps.map((sweep) => sweepSection(sweep, report, styles)).filter(Boolean);
  const hint = el('p', { class: 'hint' }, 'Marks are means, bands and whiskers their 95\u00a0% intervals.',
    report.models.some((model) => model.oracle) ? ' An oracle, which is told what the others must find, is dashed.' : '',
    ' At R² 0 a model is no better than the mean.');
  const maps = list(report.maps).filter((map) => list(map.posterior).length && list(map.grid_millis).length);
  const tables = sweeps.map((sweep) => sweepTable(sweep, report)).filter(Boolean);
  return [plots.length ? hint : null, plots, report.forecast?.band ? forecastSection(report.forecast, report) : null,
    maps.length ? section('maps', 'The lag over time', el('div', { class: 'plots wide' }, maps.map(mapFigure))) : null,
    list(report.calibration?.rows).length ? calibrationSection(report.calibration, report, styles) : null,
    list(report.cost).length ? costSection(report, styles) : null,
    tables.length ? section('tables', 'All figures', el('p', { class: 'hint' }, 'In brackets the 95\u00a0% interval.'), tables) : null,
    list(report.published).length ? section('published', 'Published figures of others', publishedTable(report.published)) : null];
}

function runSection(report) {
  const run = report.run ?? {};
  const versions = Object.entries(run.versions ?? {}).map(([name, version]) => `${name} ${version}`).join(', ');
  const rows = terms([['started', moment(run.started)], ['took', has(run.seconds) ? `${fixed(run.seconds, 1)} s` : null],
    ['sessions, each model counted', groups(run.scores)], ['windows', groups(run.windows)],
    ['windows a second', has(run.windows_per_second) ? groups(Math.round(run.windows_per_second)) : null],
    ['records rejected', groups(run.rejected)],
    ['seeds', list(report.seeds).join(', ')], ['versions', versions], ['machine', run.machine]]);
  const models = report.models.length ? [el('h3', {}, 'Models'), modelTable(report.models)] : null;
  return [rows.childElementCount || models ? section('run', 'The run', rows, models) : null,
    report.plan ? section('plan', 'The plan', el('details', {}, el('summary', {}, 'The plan as it was run (YAML)'), el('pre', {}, report.plan))) : null];
}

function reportPage(report) {
  report.models = list(report.models);
  const main = document.getElementById('content');
  const top = el('div', {}, heading(report, 'noise-robustness experiment'),
    report.question ? el('p', { class: 'question' }, report.question) : null,
    el('p', { class: 'answer', id: 'answer' }, report.skipped ? `Skipped: ${report.skipped}` : report.answer ?? 'No answer.'), limits(report));
  fill(main, {}, [top, report.skipped ? null : figuresOf(report, looks(report.models)), runSection(report)].flat(3));
  const links = contents(main);
  if (links) top.append(links);
}

reportPage(given());
