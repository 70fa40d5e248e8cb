// What all plots share: text that is measured before it is placed, axes with names, and the words for who cannot see it.

const ruler = document.createElement('canvas').getContext('2d');

function textWidth(text, size = 12) {
  ruler.font = `${size}px system-ui, sans-serif`;
  return ruler.measureText(text).width * 1.03; // a drawing that is scaled rounds its letters up
}

/** The lines of a text of at most a width; a word that is wider stands alone. */
function wrap(text, width, size = 12) {
  const lines = [];
  for (const word of String(text).split(' ')) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Text in lines of 14 px, the first at y. */
function words(lines, x, y, attributes) {
  return draw('text', attributes, lines.map((line, i) => draw('tspan', { x, y: y + 14 * i }, line)));
}

function canvas(width, height, label) {
  return draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
}

/** Ticks below a plot, with rules through it if it is high. */
function bottomAxis(svg, scale, ticks, say, { top, bottom, left, right, rules }) {
  for (const tick of ticks) {
    const x = scale(tick);
    if (rules) svg.append(draw('path', { class: 'rule', d: `M${x},${top}V${bottom}` }));
    svg.append(draw('path', { class: 'axis', d: `M${x},${bottom}v4` }),
      draw('text', { class: 'tick', x, y: bottom + 16, 'text-anchor': 'middle' }, say(tick)));
  }
  svg.append(draw('path', { class: 'axis', d: `M${left},${bottom}H${right}` }));
}

function leftAxis(svg, scale, ticks, say, { left, right }) {
  for (const tick of ticks) {
    const y = scale(tick);
    svg.append(draw('path', { class: 'rule', d: `M${left},${y}H${right}` }),
      draw('text', { class: 'tick', x: left - 6, y: y + 4, 'text-anchor': 'end' }, say(tick)));
  }
}

/** The swept values themselves where their labels fit, else round ones. */
function ticksOf(values, scale, say) {
  const sorted = [...values].sort((a, b) => a - b);
  const fits = sorted.every((value, i) => i === 0
    || scale(value) - scale(sorted[i - 1]) > (textWidth(say(value), 11) + textWidth(say(sorted[i - 1]), 11)) / 2 + 5);
  return fits ? sorted : scale.ticks(5);
}

/** A scale of the swept quantity; where it spans decades it is logarithmic but for its zero. */
function sweptScale(values, more, range) {
  const [low, high] = d3.extent([...values, ...more]);
  const sizes = values.filter((value) => value !== 0).map(Math.abs);
  const smallest = d3.min(sizes);
  if (d3.max(sizes) / smallest >= 64) {
    return { scale: d3.scaleSymlog([low, high], range).constant(smallest), bent: true };
  }
  const room = low === high ? 1 : 0;
  return { scale: d3.scaleLinear([low - room, high + room], range), bent: false };
}

/** What is to be seen, in words: the range of each model. */
function described(title, over, series, say) {
  const ranges = series.map(({ model, points }) => {
    const [low, high] = d3.extent(points, (one) => one.at.value);
    return `${model} ${low === high ? say(low) : `${say(low)} to ${say(high)}`}`;
  });
  return `${title} against ${over}. ${ranges.join('; ')}.`;
}
