// The lines of code that compute an equation, and which names in them stand for which symbols.

import {make} from "./common.js";

const OUT = /^(out_|Ω|λ)/;
// Of each equation: a name in the code, and the symbols that it stands for.
const NAMES = {
  "(1)": [["incoming[source]", /^W_/], ["previous_outs[source]", OUT],
    ["self.biases[layer][neuron]", /^b_/], ["total", /^in_/]],
  "(2)": [["in_", /^in_/], ["layer_outs", OUT]],
  "(3)": [["out", OUT], ["target[neuron]", /^Target_/], ["deltas[-1]", /^δ_/]],
  "(5)": [["incoming[source]", /^W/], ["learning_rate", /^η/], ["deltas[layer][neuron]", /^δ_/],
    ["previous_outs[source]", OUT], ["self.biases[layer][neuron]", /^b/]],
  "(4)": [["out", OUT], ["next_deltas[next_neuron]", /^δ_[αβ]/],
    ["next_weights[next_neuron][neuron]", /^W_/], ["deltas[layer]", /^δ_[A-C]/]],
};
NAMES["(6)"] = NAMES["(5)"];

/** The passage that computes a line: the variant of the equation that begins like it. */
export function passageFor(passages, line) {
  const same = passages.filter(passage => passage.number === line.number);
  const begins = symbols => symbols.slice(0, 3) === line.symbols.slice(0, 3);
  return same.find(passage => begins(passage.symbols)) || same[0];
}

/** Shows a passage with its line numbers; marks the lines that compute, and in them the names
    that stand for `symbols`. */
export function showCode(place, passage, computes = () => true, symbols = []) {
  place.replaceChildren();
  let previous = null;
  for (const [number, text, here] of passage.lines) {
    if (previous !== null && number !== previous + 1) {
      place.append(make("div", {class: "gap", "aria-hidden": "true"}, "⋮"));
    }
    const indent = text.length - text.trimStart().length;
    const isLit = here && computes(text);
    const code = make("code", {}, ...(isLit && symbols.length
      ? named(text.trimStart(), passage.number, symbols) : [text.trimStart()]));
    code.style.setProperty("--indent", `${indent}ch`);
    place.append(make("div", {class: isLit ? "row lit" : "row"},
      make("span", {class: "line-number"}, String(number)), code));
    previous = number;
  }
}

/** A line of code in parts, each name that stands for symbols in an element of its own. */
function named(text, equation, symbols) {
  const [, code, comment] = text.match(/^(.*?)(\s*# .*)?$/);
  const names = new Map((NAMES[equation] || []).map(([name, which]) =>
    [name, symbols.filter(symbol => which.test(symbol))]));
  const escaped = [...names.keys()].map(name => name.replace(/[[\].]/g, "\\$&"));
  const parts = code.split(new RegExp(`(?<![\\w.])(${escaped.join("|")})(?!\\w)`));
  return [...parts.map(part => names.get(part)?.length
    ? make("span", {"data-symbols": names.get(part).join(" ")}, part) : part), comment || ""];
}
