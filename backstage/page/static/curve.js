// The learning curve: accuracy and mean E against images seen, with an axis for each.

import {at, draw} from "./common.js";

const EDGE = {left: 46, right: 52, top: 26, bottom: 40};

let points = [];  // [images, accuracy in percent, E]

export function clearCurve() {
  points = [];
  at("train-curve").replaceChildren();
}

export function addToCurve(...point) {
  if (points.at(-1)?.[0] === point[0]) points.pop();
  points.push(point);
  drawCurve();
}

function drawCurve() {
  if (!points.length) return;
  const {clientWidth: width, clientHeight: height} = at("train-curve");
  const [images, accuracy, loss] = points.at(-1);
  const svg = draw("svg", {viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `Learning curve: after ${images.toLocaleString("en")} images, accuracy `
      + `${accuracy.toFixed(1)} percent, mean E ${loss.toFixed(4)}`});
  const label = (x, y, anchor, name, text) =>
    svg.append(draw("text", {x, y, "text-anchor": anchor, class: name}, text));
  const [end, bottom] = [width - EDGE.right, height - EDGE.bottom];
  const xs = ticks(Math.max(images, 100), width / 110);
  const losses = ticks(Math.max(...points.map(point => point[2])), 5);
  const x = value => EDGE.left + (end - EDGE.left) * value / xs.at(-1);
  const left = percent => bottom - (bottom - EDGE.top) * percent / 100;
  const right = value => bottom - (bottom - EDGE.top) * value / losses.at(-1);
  for (const percent of [0, 20, 40, 60, 80, 100]) {
    const y = left(percent);
    svg.append(draw("line", {class: "grid", x1: EDGE.left, x2: end, y1: y, y2: y}));
    label(EDGE.left - 8, y + 4, "end", "accuracy", percent);
  }
  for (const value of losses) {
    label(end + 8, right(value) + 4, "start", "loss", value.toFixed(losses[1] < 0.1 ? 2 : 1));
  }
  for (const value of xs) label(x(value), bottom + 18, "middle", "", value.toLocaleString("en"));
  label(0, 12, "start", "accuracy", "accuracy, %");
  label(width, 12, "end", "loss", "mean E (dashed)");
  label((EDGE.left + end) / 2, height - 4, "middle", "", "images seen");
  for (const [name, index, y] of [["loss", 2, right], ["accuracy", 1, left]]) {
    svg.append(draw("polyline", {class: name, points: points.map(point =>
      `${x(point[0]).toFixed(1)},${y(point[index]).toFixed(1)}`).join(" ")}));
  }
  at("train-curve").replaceChildren(svg);
}

/** Round numbers from 0 to at least `most`, about `count` of them. */
function ticks(most, count) {
  const rough = most / Math.max(2, Math.floor(count));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough);
  return Array.from({length: Math.ceil(most / step - 1e-9) + 1}, (_, index) => index * step);
}

addEventListener("resize", drawCurve);
