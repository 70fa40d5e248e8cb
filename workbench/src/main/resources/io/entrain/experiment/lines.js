// A plot of lines with bands over a swept quantity.
//
// plot: { title, small, x: {name, unit, values}, y: {name, unit, domain, say}, guide: {at, label}, diagonal, forecast,
//   series: [{model, points: [{x, at: {value, low, high}}]}] }

function linePlot(plot, styles) {
  const [width, height] = plot.small ? [280, 225] : [400, 275];
  const { x, y, forecast } = plot;
  const more = forecast ? [...forecast.band, forecast.measured].filter(has) : [];
  const probe = d3.scaleLinear(y.domain, [1, 0]);
  const yTicks = probe.ticks(5);
  const left = 12 + d3.max(yTicks, (tick) => textWidth(y.say(tick), 11));
  const right = width - 14;
  let xName = unitOf(x.name, x.unit);
  const { scale: across, bent } = sweptScale(x.values, more, [left + 6, right - 6]);
  if (bent) xName += ', log scale';
  const xLines = wrap(xName, width - 8);
  const yLines = wrap(unitOf(y.name, y.unit), width - 8);
  const [top, bottom] = [16 + 14 * yLines.length, height - 26 - 14 * xLines.length];
  const up = d3.scaleLinear(y.domain, [bottom, top]);

  const svg = canvas(width, height, described(plot.title, xName, plot.series, y.say));
  svg.append(words(yLines, 2, 13, { class: 'name' }),
    words(xLines, (left + right) / 2, bottom + 34, { class: 'name', 'text-anchor': 'middle' }));
  leftAxis(svg, up, yTicks, y.say, { left, right });
  if (forecast) svg.append(forecastBand(forecast, across, top, bottom));
  bottomAxis(svg, across, ticksOf(x.values, across, brief), x.say ?? brief, { top, bottom, left, right });
  if (plot.diagonal) svg.append(draw('path', { class: 'guide', d: `M${across(0)},${up(0)}L${across(1)},${up(1)}` }));

  // An inner drawing cuts off what lies outside of the axes; those points get a mark at the edge.
  const inside = draw('svg', { x: left, y: top - 4, width: right - left, height: bottom - top + 8 });
  const shifted = draw('g', { transform: `translate(${-left},${4 - top})` });
  const marks = draw('g');
  inside.append(shifted);
  for (const { model, points } of [...plot.series].reverse()) {
    const look = styles.get(model);
    const [under, over] = [modelGroup(look), modelGroup(look)];
    curves(under, points, across, up, look);
    for (const one of points) over.append(pointMark(one, model, plot, across, up, look));
    shifted.append(under);
    marks.append(over);
  }
  svg.append(inside);
  if (plot.guide) svg.append(guideLine(plot, across, up, { left, right, top, bottom }));
  svg.append(marks);
  return svg;
}

function curves(group, points, across, up, look) {
  const bounded = points.filter((one) => one.at.low !== null && one.at.high !== null);
  const area = d3.area((one) => across(one.x), (one) => up(one.at.low), (one) => up(one.at.high));
  const line = d3.line((one) => across(one.x), (one) => up(one.at.value));
  if (bounded.length > 1) group.append(draw('path', { class: 'spread', d: area(bounded) }));
  for (const one of bounded.length === 1 ? bounded : []) {
    group.append(draw('path', { class: 'whisker', d: `M${across(one.x)},${up(one.at.low)}V${up(one.at.high)}` }));
  }
  group.append(draw('path', { class: 'curve', d: line(points), 'stroke-dasharray': look.dash }));
}

/** A mark with its value as a tooltip; an arrow where the value lies outside of the axes. */
function pointMark(one, model, plot, across, up, look) {
  const [low, high] = plot.y.domain;
  const outside = one.at.value < low ? 'down' : one.at.value > high ? 'up' : null;
  const [x, y] = [across(one.x), up(Math.max(low, Math.min(high, one.at.value)))];
  const shown = outside
    ? draw('path', { class: 'bar outside', d: outside === 'down' ? `M${x - 5},${y - 6}h10l-5,9z` : `M${x - 5},${y + 6}h10l-5,-9z` })
    : mark(look, x, y, plot.small ? 34 : 44);
  const tip = `${model}, ${unitOf(brief(one.x), plot.x.unit)}: ${spoken([one.at.value, one.at.low, one.at.high], plot.y.tell ?? plot.y.say)}`;
  return draw('g', {}, draw('circle', { class: 'hit', cx: x, cy: y, r: 8 }), shown, draw('title', {}, tip));
}

/** A level with its label, put where the fewest lines run. */
function guideLine({ guide, series }, across, up, { left, right, top, bottom }) {
  const y = up(guide.at);
  const width = textWidth(guide.label, 11);
  const spots = [right - 2 - width, left + 4, (left + right - width) / 2].flatMap((x) => [[x, y - 5], [x, y + 13]])
    .filter(([, base]) => base - 9 >= top && base <= bottom - 2);
  const crossings = ([x0, base]) => d3.sum(series, ({ points }) => d3.sum(points.slice(1), (one, i) => {
    const [from, to] = [points[i], one].map((end) => [across(end.x), up(end.at.value)]);
    return d3.sum(d3.range(0, 1.01, 0.05), (part) => {
      const [x, height] = [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])];
      return x > x0 - 6 && x < x0 + width + 6 && height > base - 14 && height < base + 6 ? 1 : 0;
    });
  }));
  const [x, base] = d3.least(spots, crossings) ?? [left + 4, y - 5];
  return draw('g', {}, draw('path', { class: 'guide', d: `M${left},${y}H${right}` }),
    draw('text', { class: 'tick halo', x, y: base }, guide.label));
}

function forecastBand(forecast, across, top, bottom) {
  const [from, to] = forecast.band.map(across);
  const group = draw('g', {}, draw('rect', { class: 'forecast', x: from, y: top, width: Math.max(1, to - from), height: bottom - top }));
  if (has(forecast.center)) group.append(draw('path', { class: 'center', d: `M${across(forecast.center)},${top}V${bottom}` }));
  if (has(forecast.measured)) group.append(draw('path', { class: 'measured', d: `M${across(forecast.measured)},${top}V${bottom}` }));
  return group;
}
