// Tables: numbers to the right, a heading that print repeats, and a region of its own to scroll in where it is wide.

/** heads: [{text, number}]; rows: [{cells, first, marked}], a cell being a text or an element. */
function tableOf(label, heads, rows, look = '') {
  const kind = (i) => (heads[i].number ? 'number' : null);
  const body = rows.map(({ cells, first, marked }) => el('tr', { class: [first && 'first', marked && 'marked'].filter(Boolean).join(' ') || null },
    cells.map((cell, i) => el(i === 0 ? 'th' : 'td', { class: kind(i), scope: i === 0 ? 'row' : null }, cell))));
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    el('table', { class: look || null },
      el('thead', {}, el('tr', {}, heads.map((head, i) => el('th', { class: kind(i), scope: 'col' }, head.text)))),
      el('tbody', {}, body)));
}

/** All figures of one sweep, a row for each value and model; columns without a figure are left out. */
function sweepTable(sweep, report) {
  const order = new Map(report.models.map((model, i) => [model.id, i]));
  const points = list(sweep.panels).flatMap((panel) => list(panel.points).map((one) => ({ ...one, by: panel.by })));
  if (!points.length) return null;
  const place = new Map(list(sweep.values).map((value, i) => [value, i]));
  points.sort((a, b) => (has(a.by) && has(b.by) ? a.by - b.by : 0) || (place.get(a.value) ?? 0) - (place.get(b.value) ?? 0)
    || (order.get(a.model) ?? 0) - (order.get(b.model) ?? 0));
  const kinds = FIGURES.filter((kind) => points.some((one) => figure(kind.read(one))));
  const same = points.every((one) => one.sessions === points[0].sessions);
  const tell = (kind) => (kind.key.startsWith('covers') ? share : kind.tell);
  const heads = [{ text: unitOf(sweep.label ?? sweep.over, sweep.unit) },
    ...(sweep.by ? [{ text: unitOf(sweep.by.label ?? sweep.by.key, sweep.by.unit), number: true }] : []),
    { text: 'model' }, ...(same ? [] : [{ text: 'sessions', number: true }]), ...kinds.map((kind) => ({ text: kind.head, number: true }))];
  heads[0].number = points.every((one) => has(one.value));
  const rows = points.map((one, i) => ({
    first: i > 0 && (one.value !== points[i - 1].value || one.by !== points[i - 1].by),
    cells: [brief(one.value), ...(sweep.by ? [brief(one.by)] : []), el('span', { class: 'id' }, one.model), ...(same ? [] : [brief(one.sessions)]),
      ...kinds.map((kind) => cell(kind.read(one), tell(kind)))],
  }));
  return el('section', { id: `table-${sweep.name}` }, el('h3', {}, sweep.title ?? sweep.name),
    same && has(points[0].sessions) ? el('p', { class: 'hint' }, `Each row is of ${plural(points[0].sessions, 'session')}.`) : null,
    tableOf(`Figures of ${sweep.title ?? sweep.name}`, heads, rows, 'dense'));
}

/** A text, as a link where it is an address. */
function linked(text) {
  return /^https?:\/\/\S+$/.test(text ?? '') ? el('a', { href: text, rel: 'noreferrer' }, text) : text ?? '–';
}

function publishedTable(published) {
  return tableOf('Published figures', ['figure', 'value', 'source', 'comparable', 'why'].map((text) => ({ text })),
    published.map((one) => ({ cells: [one.what, one.value, linked(one.source), one.comparable ? 'yes' : 'no', one.why ?? '–'] })), 'words');
}

function modelTable(models) {
  return tableOf('Models', ['model', 'what it is', 'aligns', 'file', 'SHA-256'].map((text) => ({ text })),
    models.map((model) => ({ cells: [model.id, [model.note, model.oracle ? 'oracle' : ''].filter(Boolean).join('; ') || '–',
      model.aligns ? 'yes' : 'no', model.file ?? '–', model.sha256 ? el('span', { class: 'hash' }, model.sha256) : '–'] })), 'words');
}

/** Terms and what they are, those without a value left out. */
function terms(pairs) {
  return el('dl', {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== '–')
    .flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}
