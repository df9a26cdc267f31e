// The drawing of the 2-3-2 network: connections in SVG, circles, numbers and boxes over them. All
// places are in percent, so that it fits any width, and paper.

import {draw, make} from "./common.js";
import {symbol} from "./mathml.js";

export const LAYERS = [["Ω", "λ"], ["A", "B", "C"], ["α", "β"]];
const COLUMNS = [7, 50, 90];                    // percent from the left
const ROWS = [[35, 65], [20, 50, 80], [35, 65]];  // percent from the top

export class Diagram {
  /** `box(name)` makes the input for a number, such as "W_ΩA". */
  constructor(figure, box) {
    Object.assign(this, {figure, box, lines: {}});
    this.svg = draw("svg", {"aria-hidden": "true"});
    figure.append(this.svg);
    LAYERS.forEach((names, layer) => names.forEach((name, row) => {
      if (layer) LAYERS[layer - 1].forEach((source, at) => this.weight(layer, row, at));
      this.neuron(layer, row);
    }));
  }

  weight(layer, row, sourceRow) {
    const sub = LAYERS[layer - 1][sourceRow] + LAYERS[layer][row];
    const [x1, y1] = [COLUMNS[layer - 1], ROWS[layer - 1][sourceRow]];
    const [x2, y2] = [COLUMNS[layer], ROWS[layer][row]];
    const line = draw("line", {x1: `${x1}%`, y1: `${y1}%`, x2: `${x2}%`, y2: `${y2}%`,
      pathLength: 1, "data-symbol": `W_${sub}`});
    const label = make("label", {class: `weight of-layer-${layer}`, "data-symbol": `W_${sub}`},
      symbol({base: "W", sub}), this.box(`W_${sub}`),
      make("span", {class: "new", "data-symbol": `W+_${sub}`}));
    const places = {"--x1": x1, "--y1": y1, "--x2": x2, "--y2": y2};
    for (const [name, place] of Object.entries(places)) label.style.setProperty(name, `${place}%`);
    const down = y1 + (layer === 1 ? 0.6 : 0.4) * (y2 - y1);
    label.classList.toggle("beside-b", down > 50 && down < 70);  // as high as B's numbers
    this.lines[`W_${sub}`] = line;
    this.svg.append(line);
    this.figure.append(label);
  }

  neuron(layer, row) {
    const name = LAYERS[layer][row];
    const symbols = layer ? ["in", "out", "δ", "b", "b+"].map(base => `${base}_${name}`) : [name];
    const values = make("div", {class: `values ${["of-input", "of-hidden", "of-output"][layer]}`});
    values.classList.toggle("above", row === 0);
    if (layer === 0) values.append(make("label", {"data-symbol": name}, this.box(name)));
    if (layer === 2) symbols.push(`Target_${name}`);
    for (const base of layer ? ["in", "out", "δ"] : []) {
      values.append(make("div", {class: "value", "data-symbol": `${base}_${name}`},
        make("i", {}, base), make("span", {class: "shown"})));
    }
    if (layer) {
      values.append(this.labeled("b", `b_${name}`),
        make("span", {class: "new", "data-symbol": `b+_${name}`}));
    }
    if (layer === 2) values.append(this.labeled("Target", `Target_${name}`));
    const circle = make("div", {class: "circle", "data-symbols": symbols.join(" ")}, name);
    for (const element of [circle, values]) {
      element.style.left = `${COLUMNS[layer]}%`;
      element.style.top = `${ROWS[layer][row]}%`;
    }
    this.figure.append(circle, values);
  }

  labeled(base, name) {
    return make("label", {class: "value", "data-symbol": name}, make("i", {}, base),
      this.box(name));
  }

  /** Draws connections of positive weight red, of negative blue, and strong ones thick. */
  weigh(weights) {
    weights.forEach((neurons, layer) => neurons.forEach((incoming, row) => {
      incoming.forEach((weight, at) => {
        const line = this.lines[`W_${LAYERS[layer][at]}${LAYERS[layer + 1][row]}`];
        line.classList.toggle("positive", weight > 0);
        line.style.setProperty("--strength", 0.75 + 2 * Math.min(Math.abs(weight), 3));
      });
    }));
  }

  /** Shows the numbers that are known so far, {"in_A": "0.7550", …}, and notes on a
      connection, {"W_Aα": ["· δ_α = 0.02"]}. */
  show(known, notes = {}) {
    for (const row of this.figure.querySelectorAll(".value, .new")) {
      const shown = row.classList.contains("new") ? row : row.querySelector(".shown");
      if (!shown) continue;  // a box
      const value = known[row.dataset.symbol] ?? "";
      const other = value ? [] : notes[row.dataset.symbol.replace("+", "")] ?? [];
      shown.replaceChildren(value && shown === row ? `→ ${value}` : value, ...other);
      row.classList.toggle("noted", other.length > 0);
      row.classList.toggle("empty", !shown.textContent);
    }
  }

  /** Lights what stands for these names; `name` is the one that is being computed. What is lit
      runs forward along a connection, and error terms run back. */
  light(lit, name) {
    this.figure.classList.toggle("backward", name.startsWith("δ"));
    for (const element of this.figure.querySelectorAll("[data-symbol], .circle")) {
      const symbols = element.dataset.symbols?.split(" ") ?? [element.dataset.symbol];
      element.classList.toggle("lit", symbols.some(symbol => lit.includes(symbol)));
      element.classList.toggle("computed", symbols.includes(name) && !name.includes("+"));
    }
  }
}
