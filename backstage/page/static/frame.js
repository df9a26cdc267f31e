// Brings a drawing into MNIST's frame, as backstage/handwriting/reading.py does with a picture.

const SIDE = 28;       // pixels of the frame's side
const BOX = 20;        // pixels of the longer side of the digit in it
const FAINTEST = 0.2;  // fraction of full ink; anything fainter after scaling is blur

/** The frame of a drawing, 28×28 bytes, 255 = full ink, or null if there is no ink.
 *  ink: a Uint8Array, a byte for each pixel of a square, 0 = blank. */
export function framed(ink) {
  const side = Math.sqrt(ink.length);
  const rows = cropped(range(side).map(row => ink.subarray(row * side, (row + 1) * side)));
  if (!rows.length) return null;
  const digit = turned(cropped(turned(rows)));
  const size = [digit[0].length, digit.length];
  const [width, height] = size.map(length => Math.max(1, even(BOX * length / Math.max(...size))));
  const small = scaled(turned(scaled(digit, width)), height);
  const fullest = Math.max(...small.flat());
  const box = turned(small).map(row => row.map(value =>
    even(255 * Math.min(1, Math.max(0, (value / fullest - FAINTEST) / (1 - FAINTEST))))));
  const frame = new Uint8Array(SIDE * SIDE);
  const across = place(turned(box).map(sum));
  const down = place(box.map(sum));
  box.forEach((row, index) => frame.set(row, (down + index) * SIDE + across));
  return frame;
}

/** Rows without the blank ones before and after all others. */
function cropped(rows) {
  const isInked = row => row.some(value => value);
  return rows.slice(rows.findIndex(isInked), rows.findLastIndex(isInked) + 1);
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
  return rows.map(row => filters.map(({first, weights}) =>
    sum(weights.map((weight, at) => weight * row[first + at]))));
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
