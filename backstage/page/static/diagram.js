// The drawing of the 2-3-2 network: circles and connections in SVG, numbers and boxes over them.

import {make} from "./common.js";
import {typeset} from "./typeset.js";

export const LAYERS = [["Ω", "λ"], ["A", "B", "C"], ["α", "β"]];
const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 650;
const RADIUS = 21;
const ROWS = [[165, 405], [45, 285, 525], [165, 405]];  // so that the weights are evenly spaced

/** Every place that can be edited, as symbols: ["Ω", "W_ΩA", …, "η"]. */
export function symbols() {
  const found = ["Ω", "λ"];
  for (const layer of [1, 2]) {
    for (const neuron of LAYERS[layer]) {
      found.push(...LAYERS[layer - 1].map(source => `W_${source}${neuron}`), `b_${neuron}`);
    }
  }
  return [...found, "Target_α", "Target_β", "η"];
}

export class Diagram {
  /** `box(symbol)` makes the input for a symbol's number. */
  constructor(figure, box) {
    this.figure = figure;
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("aria-hidden", "true");
    figure.append(this.svg);
    this.weights = [];
    this.neurons = [];
    LAYERS.forEach((names, layer) => names.forEach((name, row) => {
      if (layer > 0) {
        LAYERS[layer - 1].forEach((source, sourceRow) => this.weights.push(
          this.weight(layer, row, sourceRow, `W_${source}${name}`, box)));
      }
      this.neurons.push(this.neuron(layer, row, name, box));
    }));
    new ResizeObserver(() => this.place()).observe(figure);
  }

  weight(layer, row, sourceRow, symbol, box) {
    const line = document.createElementNS(SVG, "line");
    line.dataset.symbol = symbol;
    this.svg.append(line);
    const label = make("label", {class: "weight", "data-symbol": symbol},
      typeset(symbol), box(symbol),
      make("span", {class: "new", "data-symbol": symbol.replace("W", "W+")}));
    this.figure.append(label);
    return {layer, row, sourceRow, line, label};
  }

  neuron(layer, row, name, box) {
    const circle = make("div", {class: "circle", "data-neuron": name}, name);
    const above = layer !== 1 && row === 0;
    const values = make("div", {class: "values"});
    values.classList.toggle("above", above);
    values.classList.toggle("of-input", layer === 0);
    if (layer === 0) {
      values.append(make("label", {"data-symbol": name}, box(name)));
    } else {
      for (const symbol of [`in_${name}`, `out_${name}`, `δ_${name}`]) {
        values.append(make("div", {class: "value", "data-symbol": symbol},
          make("i", {}, symbol.split("_")[0]), make("span", {class: "shown"})));
      }
      values.append(make("label", {class: "bias", "data-symbol": `b_${name}`}, make("i", {}, "b"),
        box(`b_${name}`)), make("span", {class: "new", "data-symbol": `b+_${name}`}));
      if (layer === 2) {
        values.append(make("label", {class: "target", "data-symbol": `Target_${name}`}, "Target",
          box(`Target_${name}`)));
      }
    }
    this.figure.append(circle, values);
    return {layer, row, circle, values};
  }

  /** Puts everything in its place, as wide as the figure is. */
  place() {
    const width = this.figure.clientWidth;
    const margin = width < 560 ? 34 : 64;
    const columns = [margin, width / 2, width - margin];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    for (const {layer, row, sourceRow, line, label} of this.weights) {
      const [x1, y1] = [columns[layer - 1], ROWS[layer - 1][sourceRow]];
      const [x2, y2] = [columns[layer], ROWS[layer][row]];
      const length = Math.hypot(x2 - x1, y2 - y1);
      const [right, down] = [(x2 - x1) / length, (y2 - y1) / length];
      line.style.setProperty("--length", length - 2 * RADIUS);
      line.setAttribute("x1", x1 + right * RADIUS);
      line.setAttribute("y1", y1 + down * RADIUS);
      line.setAttribute("x2", x2 - right * RADIUS);
      line.setAttribute("y2", y2 - down * RADIUS);
      // The outer ones of the outputs would touch the numbers of α and β.
      const along = layer === 1 ? 0.4 : sourceRow === 2 * row ? 0.5 : 0.6;
      moved(label, x1 + along * (x2 - x1), y1 + along * (y2 - y1));
    }
    for (const {layer, row, circle, values} of this.neurons) {
      moved(circle, columns[layer], ROWS[layer][row]);
      const above = values.classList.contains("above");
      moved(values, columns[layer], ROWS[layer][row] + (above ? -RADIUS : RADIUS));
    }
  }

  /** Draws connections of positive weight red, of negative blue, and strong ones thick. */
  weigh(weights) {
    for (const {layer, row, sourceRow, line} of this.weights) {
      const weight = weights[layer - 1][row][sourceRow];
      line.classList.toggle("positive", weight > 0);
      line.style.setProperty("--strength", 0.75 + 2 * Math.min(Math.abs(weight), 3));
    }
  }

  /** Shows the numbers that are known so far: {"in_A": "0.7550", …}. */
  show(known) {
    for (const row of this.figure.querySelectorAll(".value, .new")) {
      const value = known[row.dataset.symbol] ?? "";
      const shown = row.querySelector(".shown") || row;
      shown.textContent = value && row.classList.contains("new") ? `→ ${value}` : value;
      row.classList.toggle("empty", !value);
    }
  }

  /** Lights what stands for these symbols; `name` is the one that is being computed. What is lit
      runs forward along a connection, and errors run back. */
  light(lit, name) {
    this.figure.classList.toggle("backward", name.startsWith("δ"));
    for (const element of this.figure.querySelectorAll("[data-symbol]")) {
      const symbol = element.dataset.symbol;
      element.classList.toggle("lit", lit.has(symbol));
      element.classList.toggle("computed", symbol === name);
    }
    for (const circle of this.figure.querySelectorAll(".circle")) {
      const neuron = circle.dataset.neuron;
      circle.classList.toggle("lit", [...lit].some(symbol => symbol === neuron
        || symbol.replace("Target", "").split("_")[1] === neuron));
      circle.classList.toggle("computed", name.split("_")[1].endsWith(neuron)
        && !name.startsWith("W+"));
    }
  }
}

function moved(element, x, y) {
  element.style.left = `${x}px`;
  element.style.top = `${y}px`;
}
