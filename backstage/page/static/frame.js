// Brings a drawing into MNIST's frame, as backstage/handwriting/reading.py does with a picture.

const SIDE = 28;       // pixels of the frame's side
const BOX = 20;        // pixels of the longer side of the digit in it
const FAINTEST = 0.2;  // fraction of full ink; anything fainter after scaling is blur

/** The frame of a drawing, 28×28 bytes, 255 = full ink, or null if there is no ink.
 *  ink: a Uint8Array, a byte for each pixel of a square, 0 = blank. */
export function framed(ink) {
  const side = Math.sqrt(ink.length);
  const lines = range(side).map(row => ink.subarray(row * side, (row + 1) * side));
  const inked = lines.filter(line => line.some(value => value));
  if (!inked.length) return null;
  const left = Math.min(...inked.map(line => line.findIndex(value => value)));
  const right = Math.max(...inked.map(line => line.findLastIndex(value => value))) + 1;
  const top = lines.indexOf(inked[0]);
  const bottom = lines.indexOf(inked.at(-1)) + 1;
  const size = [right - left, bottom - top];
  const [width, height] = size.map(length => Math.max(1, even(BOX * length / Math.max(...size))));
  const narrow = scaled(lines.slice(top, bottom).map(line => line.subarray(left, right)), width);
  const small = scaled(turned(narrow), height);
  const fullest = Math.max(...small.flat());
  const box = turned(small).map(row => row.map(value =>
    even(255 * Math.min(1, Math.max(0, (value / fullest - FAINTEST) / (1 - FAINTEST))))));
  const frame = new Uint8Array(SIDE * SIDE);
  const across = place(turned(box).map(sum));
  const down = place(box.map(sum));
  box.forEach((row, index) => frame.set(row, (down + index) * SIDE + across));
  return frame;
}

/** Where a box begins whose center of mass is to be in the middle of the frame. masses: the ink
 *  in each of its rows, or of its columns. */
function place(masses) {
  const center = sum(masses.map((mass, index) => mass * (index + 0.5))) / sum(masses);
  return Math.min(Math.max(even(SIDE / 2 - center), 0), SIDE - masses.length);
}

/** Rows resampled to so many values each, with Lanczos' filter. */
function scaled(rows, count) {
  const scale = rows[0].length / count;
  const width = Math.max(1, scale);
  const filters = range(count).map(index => {
    const center = (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(center - 3 * width + 0.5));
    const last = Math.min(rows[0].length, Math.floor(center + 3 * width + 0.5));
    const weights = range(last - first).map(at => lanczos((first + at + 0.5 - center) / width));
    const total = sum(weights);
    return {first, weights: weights.map(weight => weight / total)};
  });
  return rows.map(row => filters.map(({first, weights}) => {
    let total = 0;
    for (let at = 0; at < weights.length; at += 1) total += weights[at] * row[first + at];
    return total;
  }));
}

function lanczos(x) {
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The nearest integer, of two the even one, as in Python. */
function even(x) {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + below % 2 : Math.round(x);
}

function turned(rows) {
  return range(rows[0].length).map(column => rows.map(row => row[column]));
}

function range(count) {
  return Array.from({length: count}, (_, index) => index);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
