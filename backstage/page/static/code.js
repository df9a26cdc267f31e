// The lines of code that compute an equation, and which names in them stand for which symbols.

import {make} from "./common.js";
import {nameOf, symbolsOf} from "./mathml.js";

const CHANGES = {"incoming[source]": ["weights", "new_weights"], learning_rate: ["learning_rate"],
  "deltas[layer][neuron]": ["deltas"], "previous_outs[source]": ["outs"],
  "self.biases[layer][neuron]": ["biases", "new_biases"]};
// Of each equation: a name in the code, and the places of the symbols that it stands for.
const NAMES = {
  "(1)": {"incoming[source]": ["weights"], "previous_outs[source]": ["outs"],
    "self.biases[layer][neuron]": ["biases"], layer_ins: ["ins"]},
  "(2)": {in_: ["ins"], layer_outs: ["outs"]},
  "(3)": {out: ["outs"], "target[neuron]": ["target"], "deltas[-1]": ["deltas"]},
  "(4)": {out: ["outs"], "next_deltas[next_neuron]": ["deltas", 1],
    "next_weights[next_neuron][neuron]": ["weights"], "deltas[layer]": ["deltas", 0]},
  "(5)": CHANGES,
  "(6)": CHANGES,
};

/** The passage that computes a line: the variant of the equation that begins like it. */
export function passageFor(passages, line) {
  const same = passages.filter(passage => passage.number === line.number);
  const first = line.terms[0][0];
  const begins = (typeof first === "string" ? first : nameOf(first)).slice(0, 3);
  return same.find(passage => passage.symbols.startsWith(begins)) || same[0];
}

/** Shows a passage with its line numbers; marks the lines that compute, and in them the names
    that stand for the symbols of `line`. */
export function showCode(place, passage, line) {
  place.replaceChildren();
  let previous = null;
  for (const [number, text, computes] of passage.lines) {
    if (previous !== null && number !== previous + 1) {
      place.append(make("div", {class: "gap", "aria-hidden": "true"}, "⋮"));
    }
    const shown = text.trimStart();
    const isLit = computes && takesPart(line, text);
    const code = make("code", {}, ...(isLit ? named(shown, line) : [shown]));
    code.style.setProperty("--indent", `${text.length - shown.length}ch`);
    place.append(make("div", {class: isLit ? "row lit" : "row"},
      make("span", {class: "line-number"}, String(number)), code));
    previous = number;
  }
}

/** Of the lines for (5) and (6), a weight takes the loop and a bias what follows it. */
function takesPart({result}, text) {
  if (!result.place[0].startsWith("new") || text.includes("deltas[")) return true;
  return (result.place[0] === "new_biases") === text.includes("bias")
    || text.trim().startsWith("#");
}

/** A line of code in parts, each name that stands for symbols in an element of its own. */
function named(text, line) {
  const [, code, comment] = text.match(/^(.*?)(\s*# .*)?$/);
  const names = NAMES[line.number] ?? {};
  const escaped = Object.keys(names).map(name => name.replace(/[[\].-]/g, "\\$&"));
  const parts = code.split(new RegExp(`(?<![\\w.])(${escaped.join("|")})(?!\\w)`));
  return [...parts.map(part => {
    const [kind, ...others] = names[part] ?? [];
    const symbols = [...symbolsOf(line), line.result].filter(({place}) => place
      && (place[0] === kind && (typeof others[0] !== "number" || place[1] === others[0])
        || others.includes(place[0])));
    return symbols.length
      ? make("span", {"data-symbols": [...new Set(symbols.map(nameOf))].join(" ")}, part) : part;
  }), comment || ""];
}
