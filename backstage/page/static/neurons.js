// The network's neurons: hidden ones as tiles, outputs as bars; each is a button.

import {bytes, heat, make, paint, tint} from "./common.js";

const MANY = 60;  // hidden neurons that get small tiles
const COLORS = Array.from({length: 256}, (_, value) => heat((value - 128) / 127));

export class Neurons {
  /** `hidden` and `outputs` are the places for them. */
  constructor(hidden, outputs) {
    Object.assign(this, {hidden, outputs});
    this.tiles = [];  // tiles[layer][neuron]
    this.bars = [];   // one for each output
  }

  /** Makes the tiles and bars of a network: {sizes, names, maps}. */
  draw(network) {
    const sizes = network.sizes.slice(1, -1);
    this.hidden.replaceChildren();
    this.tiles = sizes.map((size, layer) => {
      const which = sizes.length > 1 ? ` of layer ${layer + 1}` : "";
      const says = layer === 0 ? "each shown by its weights: pixels that excite it are red, pixels "
        + "that inhibit it blue; the stronger the colors, the larger its output" : "";
      const row = network.names[layer].map((name, neuron) =>
        this.tile(name, layer, neuron, layer === 0 ? network.maps[neuron] : null));
      const grid = make("div", {class: size > MANY ? "tiles many" : "tiles", role: "toolbar",
        "aria-label": `The hidden neurons${which}`}, ...row);
      grid.addEventListener("keydown", event => moveAmong(row, event));
      this.hidden.append(
        make("h3", {}, `The ${size} hidden neurons${which}`, make("small", {}, says)), grid);
      return row;
    });
    const digits = Array.from({length: network.sizes.at(-1)}, (_, digit) => digit);
    this.bars = digits.map(digit => this.bar(digit, sizes.length));
    this.outputs.replaceChildren(...this.bars);
  }

  tile(name, layer, neuron, map) {
    const tile = make("button", {type: "button", class: "tile", title: name,
      "aria-label": `Hidden neuron ${name}`, tabindex: neuron ? "-1" : "0",
      "data-layer": layer, "data-neuron": neuron, "data-symbol": `out_${name}`});
    if (map) {
      const picture = make("canvas", {width: 28, height: 28});
      paint(picture, Array.from(bytes(map), value => COLORS[value]));
      tile.append(picture);
    }
    return tile;
  }

  bar(digit, layer) {
    return make("button", {type: "button", class: "output", "data-layer": layer,
      "data-neuron": digit, "aria-label": `Output neuron ${digit}`},
      make("span", {class: "digit"}, String(digit)),
      make("span", {class: "track"}, make("span", {class: "bar"})),
      make("span", {class: "out number"}), make("span", {class: "error number"}));
  }

  /** Shows what the network says: {answer, outputs, lights}; nothing for null. */
  show(said) {
    this.bars.forEach((bar, digit) => {
      const [out, text] = said?.outputs[digit] ?? [0, ""];
      bar.querySelector(".bar").style.setProperty("--out", Math.max(0, Math.min(1, out)));
      bar.querySelector(".out").textContent = text;
      bar.classList.toggle("is-answer", digit === said?.answer);
    });
    this.tiles.forEach((row, layer) => row.forEach((tile, neuron) => {
      tile.style.setProperty("--light", said?.lights[layer][neuron] ?? 0);
    }));
  }

  /** Marks the button of the selected neuron, {layer, neuron}, or none. */
  select(selected) {
    for (const button of [...this.tiles.flat(), ...this.bars]) {
      const isSelected = selected && Number(button.dataset.layer) === selected.layer
        && Number(button.dataset.neuron) === selected.neuron;
      button.setAttribute("aria-pressed", String(Boolean(isSelected)));
    }
  }

  /** Outlines a layer by what its neurons add to the selected one: red, or blue if negative. */
  showShares(layer, shares) {
    this.forgetShares();
    shares.forEach((share, neuron) => {
      this.tiles[layer][neuron].classList.add("has-share");
      this.tiles[layer][neuron].style.setProperty("--share", tint(share));
    });
  }

  forgetShares() {
    for (const tile of this.tiles.flat()) tile.classList.remove("has-share");
  }

  /** Marks where the outputs are, before a lesson moves them. */
  markOutputs() {
    for (const bar of this.bars) {
      const out = bar.querySelector(".bar").style.getPropertyValue("--out");
      const track = bar.querySelector(".track");
      track.classList.add("was");
      track.style.setProperty("--was", out);
    }
  }

  /** Colors the neurons by their errors: {deltas, errors}. */
  showErrors({deltas, errors}) {
    this.tiles.forEach((row, layer) => row.forEach((tile, neuron) => {
      tile.classList.add("has-error");
      tile.style.setProperty("--error", tint(deltas[layer][neuron]));
    }));
    this.bars.forEach((bar, digit) => {
      const error = bar.querySelector(".error");
      error.replaceChildren(make("i", {}, "δ"), ` ${errors[digit]}`);
      error.style.setProperty("--error", tint(deltas.at(-1)[digit]));
    });
  }

  forgetErrors() {
    for (const tile of this.tiles.flat()) tile.classList.remove("has-error");
    for (const bar of this.bars) {
      bar.querySelector(".error").replaceChildren();
      bar.querySelector(".track").classList.remove("was");
    }
  }
}

/** The arrow keys move among the tiles; Tab leaves them. */
function moveAmong(row, event) {
  const index = row.indexOf(document.activeElement);
  const columns = row.filter(tile => tile.offsetTop === row[0].offsetTop).length;
  const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[event.key];
  if (step === undefined || index < 0) return;
  event.preventDefault();
  const next = row[Math.min(Math.max(index + step, 0), row.length - 1)];
  row[index].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
