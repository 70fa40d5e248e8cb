// A plot of marks with whiskers, one row for each category, the models below each other in it.
//
// plot: as of linePlot, with categories as x.values

function dotPlot(plot, styles) {
  const width = plot.small ? 280 : 400;
  const { x, y, series } = plot;
  const step = series.length > 6 ? 8 : 11;
  const texts = x.values.map((value) => wrap(withUnit(value, x.unit), width / 3, 11));
  const rows = texts.map((lines) => Math.max(14 * lines.length + 6, step * series.length + 10));
  const left = 12 + d3.max(texts.flat(), (line) => textWidth(line, 11));
  const right = width - 14;
  const names = wrap(x.name, width - 8);
  const top = 20 + 14 * names.length;
  const bottom = top + d3.sum(rows);
  const xLines = wrap(unitOf(y.name, y.unit), width - 8);
  const height = bottom + 26 + 14 * xLines.length;
  const across = d3.scaleLinear(y.domain, [left + 8, right - 8]);

  const svg = canvas(width, height, described(plot.title, x.name, series, y.say));
  svg.append(words(names, 2, 13, { class: 'name' }),
    words(xLines, (left + right) / 2, bottom + 34, { class: 'name', 'text-anchor': 'middle' }));
  bottomAxis(svg, across, across.ticks(5), y.say, { top, bottom, left, right, rules: true });
  if (plot.guide) {
    const at = across(plot.guide.at);
    const anchor = at > (left + right) / 2 ? 'end' : 'start';
    svg.append(draw('path', { class: 'guide', d: `M${at},${top - 6}V${bottom}` }),
      draw('text', { class: 'tick', x: at, y: top - 9, 'text-anchor': anchor }, plot.guide.label));
  }
  let y0 = top;
  x.values.forEach((value, i) => {
    svg.append(draw('path', { class: 'axis', d: `M2,${y0}H${right}`, opacity: 0.45 }),
      words(texts[i], 2, y0 + 14, { class: 'tick' }));
    const first = y0 + (rows[i] - step * (series.length - 1)) / 2;
    series.forEach(({ model, points }, k) => {
      const one = points.find((candidate) => candidate.x === value);
      if (one) svg.append(dot(one, model, plot, across, first + step * k, styles.get(model)));
    });
    y0 += rows[i];
  });
  return svg;
}

function dot(one, model, plot, across, y, look) {
  const [low, high] = plot.y.domain;
  const held = (value) => across(Math.max(low, Math.min(high, value)));
  const group = modelGroup(look);
  const { value, low: from, high: to } = one.at;
  if (from !== null && to !== null) group.append(draw('path', { class: 'whisker', d: `M${held(from)},${y}H${held(to)}` }));
  const x = held(value);
  if (value < low) group.append(draw('path', { class: 'bar outside', d: `M${x + 6},${y - 4}v8l-9,-4z` }));
  else if (value > high) group.append(draw('path', { class: 'bar outside', d: `M${x - 6},${y - 4}v8l9,-4z` }));
  else group.append(mark(look, x, y, 34));
  group.append(draw('title', {}, `${model}, ${one.x}: ${spoken([value, from, to], plot.y.tell ?? plot.y.say)}`));
  return group;
}
