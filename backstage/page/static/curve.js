// The learning curve: accuracy and mean E against images seen, with an axis for each.

import {draw} from "./common.js";

const EDGE = {left: 46, right: 52, top: 26, bottom: 40};

export class Curve {
  constructor(place) {
    this.place = place;
    this.clear();
    addEventListener("resize", () => this.draw());
  }

  clear() {
    this.points = [];  // [images, accuracy in percent, E]
    this.place.replaceChildren();
  }

  add(...point) {
    if (this.points.at(-1)?.[0] === point[0]) this.points.pop();
    this.points.push(point);
    this.draw();
  }

  draw() {
    if (!this.points.length) return;
    const {clientWidth: width, clientHeight: height} = this.place;
    const [images, accuracy, loss] = this.points.at(-1);
    const svg = draw("svg", {viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": `Learning curve: after ${images.toLocaleString("en")} images, accuracy `
        + `${accuracy.toFixed(1)} percent, mean E ${loss.toFixed(4)}`});
    const xs = ticks(Math.max(images, 100), width / 110);
    const losses = ticks(Math.max(...this.points.map(point => point[2])), 5);
    const x = scale(xs.at(-1), EDGE.left, width - EDGE.right);
    const left = scale(100, height - EDGE.bottom, EDGE.top);
    const right = scale(losses.at(-1), height - EDGE.bottom, EDGE.top);
    for (const percent of [0, 20, 40, 60, 80, 100]) {
      svg.append(draw("line", {class: "grid", x1: EDGE.left, x2: width - EDGE.right,
        y1: left(percent), y2: left(percent)}));
      svg.append(label(EDGE.left - 8, left(percent) + 4, "end", "accuracy", String(percent)));
    }
    for (const value of losses) {
      svg.append(label(width - EDGE.right + 8, right(value) + 4, "start", "loss",
        value.toFixed(losses[1] < 0.1 ? 2 : 1)));
    }
    for (const value of xs) {
      svg.append(label(x(value), height - EDGE.bottom + 18, "middle", "", String(
        value.toLocaleString("en"))));
    }
    svg.append(label(0, 12, "start", "accuracy", "accuracy, %"),
      label(width, 12, "end", "loss", "mean E (dashed)"),
      label((EDGE.left + width - EDGE.right) / 2, height - 4, "middle", "", "images seen"));
    for (const [name, index, y] of [["loss", 2, right], ["accuracy", 1, left]]) {
      svg.append(draw("polyline", {class: name, points: this.points.map(point =>
        `${x(point[0]).toFixed(1)},${y(point[index]).toFixed(1)}`).join(" ")}));
    }
    this.place.replaceChildren(svg);
  }
}

function label(x, y, anchor, name, text) {
  return draw("text", {x, y, "text-anchor": anchor, class: name}, text);
}

function scale(most, from, to) {
  return value => from + (to - from) * value / most;
}

/** Round numbers from 0 to at least `most`, about `count` of them. */
function ticks(most, count) {
  const rough = most / Math.max(2, Math.floor(count));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough);
  return Array.from({length: Math.ceil(most / step - 1e-9) + 1}, (_, index) => index * step);
}
