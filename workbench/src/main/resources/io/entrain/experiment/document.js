// What the report and the comparison share: what they are given, headings, sections, links to them.

function given() {
  return JSON.parse(document.getElementById('report').textContent);
}

function heading(report, kind) {
  document.title = `Entrain: ${report.title ?? report.name}`;
  document.getElementById('kind').textContent = kind;
  return el('h1', {}, report.title ?? report.name);
}

function section(id, title, ...children) {
  return el('section', { id }, el('h2', {}, title), children);
}

function limits(report) {
  return list(report.limits).length
    ? el('section', { class: 'limits' }, el('h2', {}, 'What these figures do not say'), el('ul', {}, report.limits.map((one) => el('li', {}, one))))
    : null;
}

/** Links to the sections, once they are there. */
function contents(main) {
  const links = [...main.querySelectorAll('section[id] > h2')].map((title) =>
    el('li', {}, el('a', { href: `#${title.parentElement.id}` }, title.textContent)));
  return links.length ? el('nav', { class: 'contents', 'aria-label': 'On this page' }, el('ul', {}, links)) : null;
}
