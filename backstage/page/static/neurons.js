// The network's neurons: hidden ones as tiles, outputs as bars; each is a button. And how the
// output of the one that is selected is computed.

import {passageFor, showCode} from "./code.js";
import {bytes, heat, make, paint, paintMaps, setValue} from "./common.js";
import {inFull, numberOf, sum, symbol} from "./mathml.js";

const MANY = 60;  // hidden neurons that get small tiles

/** Values from −1 to 1, which the server sends as signed bytes. */
export function signed(base64) {
  return Array.from(new Int8Array(bytes(base64).buffer), byte => byte / 127);
}

export class Neurons {
  /** `hidden` and `outputs` are the places for them. */
  constructor(hidden, outputs) {
    Object.assign(this, {hidden, outputs});
    this.tiles = [];  // tiles[layer][neuron]
    this.bars = [];   // one for each output
    this.caption = make("small", {class: "outlines"});  // what the outlines of the tiles mean
  }

  /** Makes the tiles and bars of a network: {sizes, names, maps}. */
  draw({sizes, names, maps}) {
    const last = sizes.length - 2;
    this.hidden.replaceChildren();
    this.tiles = names.slice(0, last).map((layerNames, layer) => {
      const which = last > 1 ? ` of layer ${layer + 1}` : "";
      const row = layerNames.map((name, neuron) => make("button", {type: "button",
        class: "tile tinted", title: name, tabindex: neuron ? "-1" : "0", "data-layer": layer,
        "data-neuron": neuron, "data-symbol": `out_${name}`},
        ...layer === 0 ? [make("canvas", {width: 28, height: 28})] : []));
      const grid = make("div", {class: row.length > MANY ? "tiles many" : "tiles",
        role: "toolbar", "aria-label": `The hidden neurons${which}`}, ...row);
      grid.addEventListener("keydown", ({key, target}) => {  // Tab leaves them
        const next = {ArrowRight: "nextSibling", ArrowLeft: "previousSibling"}[key];
        target[next]?.focus();
      });
      this.hidden.append(make("h3", {}, `The ${row.length} hidden neurons${which}`,
        make("small", {}, layer ? "" : "Each is shown by its weights now: pixels that excite it "
          + "are red, pixels that inhibit it blue. ",
        "For an image, the stronger the colors, the larger its output.")), grid);
      return row;
    });
    this.hidden.querySelector("h3")?.append(this.caption);
    this.bars = names[last].map((name, neuron) => make("button", {type: "button",
      class: "output tinted", "data-layer": last, "data-neuron": neuron,
      "data-symbol": `out_${name}`},
      make("span", {class: "digit"}, name),
      make("span", {class: "track"}, make("span", {class: "bar"})),
      make("span", {class: "out number"}), make("span", {class: "delta number"})));
    this.outputs.replaceChildren(...this.bars);
    this.paint(maps);
    this.show(null);
  }

  /** Paints the maps of the first layer's weights on its tiles. */
  paint(maps) {
    paintMaps(maps.map((map, neuron) => this.tiles[0][neuron].firstElementChild), maps);
  }

  /** Shows what the network predicts: {predicted, outs}; nothing for null. */
  show(prediction) {
    this.prediction = prediction;
    this.bars.forEach((bar, neuron) => {
      const out = prediction?.outs.at(-1)[neuron];
      bar.querySelector(".bar").style.setProperty("--out", Math.max(0, Math.min(1, out ?? 0)));
      bar.querySelector(".out").textContent = out?.toFixed(4) ?? "";
      bar.classList.toggle("is-largest", neuron === prediction?.predicted);
    });
    this.tiles.forEach((row, layer) => {
      const outs = prediction?.outs[layer] ?? row.map(() => 0);
      const brightest = Math.max(1, ...outs.map(Math.abs));
      row.forEach((tile, neuron) => {
        tile.style.setProperty("--light", prediction ? Math.abs(outs[neuron]) / brightest : "");
        const out = prediction ? `, out ${written(outs[neuron])}` : "";
        tile.ariaLabel = `Hidden neuron ${tile.title}${out}`;
      });
    });
  }

  /** Marks the button of the selected neuron, {layer, neuron}, or none. */
  select(selected) {
    for (const button of [...this.tiles.flat(), ...this.bars]) {
      const isSelected = selected && Number(button.dataset.layer) === selected.layer
        && Number(button.dataset.neuron) === selected.neuron;
      button.setAttribute("aria-pressed", String(Boolean(isSelected)));
    }
  }

  /** Outlines hidden neurons, {layer: a value for each}, red or, if it is negative, blue. The
   *  caption says what that means. */
  outline(layers, caption) {
    this.tiles.forEach((row, layer) => row.forEach((tile, neuron) => {
      const values = layers[layer];
      tile.classList.toggle("outlined", Boolean(values));
      if (values) setValue(tile, values[neuron] / largest(values));
    }));
    this.caption.textContent = caption;
  }

  /** Outlines a hidden layer by what its neurons add to the weighted input of another, by name. */
  showShares(layer, shares, name) {
    this.outline({[layer]: signed(shares)},
      `Outlined by what each adds to in_${name}, weight · out: red raises it, blue lowers it.`);
  }

  /** Shows the error term of each neuron in a training step, [[δ, …], …] layer by layer, and where
   *  the outputs were in the prediction before it, if that is given. */
  showDeltas(deltas, before = null) {
    this.outline(deltas, "Outlined by δ in the last training step: red where a larger weighted "
      + "input would lower E, blue where a smaller one would.");
    this.bars.forEach((bar, neuron) => {
      const delta = deltas.at(-1)[neuron];
      bar.querySelector(".delta").replaceChildren(make("i", {}, "δ"), ` ${written(delta)}`);
      setValue(bar, delta / largest(deltas.at(-1)));
      const track = bar.querySelector(".track");
      track.classList.toggle("was", Boolean(before));
      if (before) track.style.setProperty("--was", before.outs.at(-1)[neuron]);
    });
  }

  /** Removes outputs, error terms, marks and outlines, or keeps the outlines. */
  plain(keepsOutlines = false) {
    this.show(null);
    if (!keepsOutlines) this.outline({}, "");
    for (const bar of this.bars) {
      bar.querySelector(".delta").replaceChildren();
      bar.querySelector(".track").classList.remove("was");
    }
  }
}

function largest(values) {
  return Math.max(...values.map(Math.abs)) || 1;
}

function written(value) {
  return value.toFixed(4).replace("-0.0000", "0.0000").replace("-", "−");
}

// ------------------------------------------------------------------ the selected neuron

/** How a neuron's output is computed: its map, the terms of (1), (2), and the code.
 *  explained   {lines: [(1), (2)], products: [[value, text], …] of the terms of (1), pixels}
 *  kind        "Hidden" or "Output"
 *  ink         the frame's bytes */
export function explanation({lines, products, pixels}, kind, ink, passages) {
  const [weighted, activated] = lines;
  return [
    make("h3", {}, `${kind} neuron ${weighted.result.sub}`,
      make("small", {}, "Its weighted input, the largest terms first.")),
    make("div", {class: "neuron"},
      pixelMap(signed(pixels), ink, weighted.result.place[1]),
      termTable(weighted, products),
      make("div", {class: "activation"},
        make("div", {class: "math", id: "neuron-out"}, ...inFull(activated)),
        ...lines.map(line => codeOf(line, passages)))),
  ];
}

/** Which pixels of the drawing favor the neuron, and which oppose it. */
function pixelMap(values, ink, layer) {
  const map = make("canvas", {width: 28, height: 28, class: "map", role: "img",
    "aria-label": "The pixels that favor the neuron in red, those that oppose it in blue"});
  const color = heat();
  paint(map, values.map((value, pixel) => color(value, 255 - 0.25 * ink[pixel])));
  return make("figure", {}, map, make("figcaption", {}, layer === 0
    ? "Weight times pixel: red pixels of the drawing favor the neuron, blue ones oppose it."
    : "What (7) and (8) bring back to each pixel, times the pixel: red favors the neuron, blue "
      + "opposes it. The hidden neurons that do so are outlined."));
}

/** Equation (1), a term a row. */
function termTable(line, products) {
  const rows = line.terms.map((term, index) => ({line: {...line, terms: [term]}, index}));
  const size = ({index}) => Math.abs(products[index][0]);
  const isSum = ({line}) => line.terms[0].length === 1;  // the others, or the bias: they stay last
  rows.sort((one, other) => isSum(one) - isSum(other)
    || (isSum(one) ? 0 : size(other) - size(one)));
  return make("table", {class: "terms math"},
    make("tbody", {}, ...rows.map(({line, index}) => make("tr", {}, make("th", {scope: "row"},
      sum(line)), make("td", {}, isSum({line}) ? "" : sum(line, numberOf)),
      make("td", {class: "number"}, products[index][1])))),
    make("tfoot", {}, make("tr", {class: "total"}, make("th", {scope: "row"}, symbol(line.result)),
      make("td"), make("td", {class: "number", id: "neuron-in"}, line.value))));
}

/** The code that computes a line. */
export function codeOf(line, passages) {
  const passage = passageFor(passages, line);
  const code = make("div", {class: "code"});
  showCode(code, passage, line);
  return make("div", {}, make("p", {class: "file"}, `${line.number} ${passage.file}`), code);
}
