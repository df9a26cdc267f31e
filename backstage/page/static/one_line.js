// One line of the step, large: equation, numbers and code; all lines in short; and the cost.

import {passageFor, showCode} from "./code.js";
import {at, button, draw, make, typed} from "./common.js";
import {LAYERS} from "./diagram.js";
import {inFull, nameOf, numberOf, sum, symbol, symbolsOf, value} from "./mathml.js";

const SAYS = {
  "(1)": "A neuron’s weighted input: each output of the previous layer, times its weight, "
    + "and the bias.",
  "(2)": "The activation function turns it into the neuron’s output, a number from 0 to 1.",
  "(3)": "An output neuron’s error term: (Target − out), times the derivative of its "
    + "activation.",
  "(4)": "A hidden neuron’s error term: the next layer’s error terms, each times the weight "
    + "that leads to it, summed, times the derivative.",
  "(5)": "A weight into an output neuron changes by learning rate × error term × the "
    + "output it comes from.",
  "(6)": "A weight into a hidden neuron changes in the same way.",
  bias: "A bias changes like a weight from a neuron whose output is always 1.",
};

/** Shows a line; `box` stands in place of its result, if there is one. */
export function showLine(line, passages, box) {
  at("says").textContent = SAYS[line.result.place[0] === "new_biases" ? "bias" : line.number];
  at("line").dataset.copy = line.text;
  at("equation").replaceChildren(symbol(line.result), " = ", sum(line), " ",
    make("span", {class: "equation-number"}, line.number));
  at("numbers").replaceChildren(make("div", {}, "= ", sum(line, numberOf)),
    make("div", {}, "= ", box || value(line)));
  const passage = passageFor(passages, line);
  at("code-file").textContent = passage.file;
  showCode(at("code"), passage, line);
  at("indices").replaceChildren(...indices(line));
}

/** What the code's indices are at this line. */
function indices(line) {
  const [kind, at, neuron, source] = line.result.place;
  const layer = kind === "outs" ? at - 1 : at;  // as in weights[layer]
  const isZero = index => symbolsOf(line).some(({place, number}) => place[0] === "outs"
    && place[1] === layer && place[2] === index && number === "0.0000");
  const named = names => names.map((name, index) => `${index} (${name})`);
  const found = [["layer", layer], ["neuron", named(LAYERS[layer + 1])[neuron]]];
  if (line.number === "(1)") {
    const taken = named(LAYERS[layer]).filter((_, index) => !isZero(index));
    found.push(["source", taken.join(", then ") || "none, since all are 0"]);
  }
  if (line.number === "(2)") found.push(["in_", `in_${line.result.sub}`]);
  if (line.number === "(4)") found.push(["next_neuron", named(LAYERS[2]).join(", then ")]);
  if (source !== undefined) {
    const skipped = isZero(source) ? ", which is skipped: what comes from it is 0" : "";
    found.push(["source", named(LAYERS[layer])[source] + skipped]);
  }
  return found.flatMap(([name, value], index) =>
    [index ? "; " : "Here ", make("code", {}, name), ` is ${value}`]);
}

/** A box to type the result of a line into, while it is hidden; compared at the digits shown. */
export function answerBox(line, solved) {
  const box = make("input", {inputmode: "decimal", autocomplete: "off", size: "10",
    "aria-label": `Your result for ${nameOf(line.result).replace("_", " ")}`, id: "your-result"});
  const feedback = make("output", {class: "note"}, " type the number and press Enter");
  box.addEventListener("change", () => {
    if (!box.value.trim()) return;
    if (sameDigits(typed(box.value), line.value)) solved();
    else feedback.textContent = " not correct; try again or continue";
  });
  return make("span", {}, box, feedback);
}

function sameDigits(number, shown) {
  const [digits, exponent = 0] = shown.replaceAll("−", "-").split("e");
  const last = 10 ** (exponent - digits.split(".")[1].length);
  return Math.abs(number - digits * 10 ** exponent) <= last / 2;
}

/** Lists the lines of all sections; go(line) shows one. */
export function listLines(sections, go) {
  const lines = sections.flatMap(section => section.lines);
  at("lines").replaceChildren(...sections.map(section => {
    const [title, more = ""] = section.heading.split(": ");
    return make("section", {}, make("h3", {}, title, make("small", {}, more)),
      make("ol", {}, ...section.lines.map(line => {
        const index = lines.indexOf(line);
        return make("li", {}, button({"data-line": index, "data-symbol": nameOf(line.result)},
          () => go(index), make("span", {class: "equation-number"}, line.number),
          symbol(line.result), make("span", {class: "number"}, line.value)));
      })));
  }));
}

/** Shows E, and how it fell over the steps that were taken. */
export function showCost({cost, cost_after: after, costs: [now]}, taken, which) {
  at("cost-before").textContent = cost.value;
  at("cost-after").textContent = after;
  at("cost").dataset.copy = cost.text;
  at("cost").replaceChildren(...inFull(cost));
  const all = [...taken, now];
  const [width, height, top] = [300, 60, Math.max(...all)];
  const points = all.map((cost, index) => {
    const right = width * index / (all.length - 1 || 1);
    return `${right.toFixed(1)},${(height - 2 - (height - 4) * cost / (top || 1)).toFixed(1)}`;
  });
  at("history").classList.toggle("unused", !taken.length);
  at("history").replaceChildren(
    draw("svg", {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none"},
      draw("polyline", {points: points.join(" ")})),
    make("figcaption", {}, which, make("i", {}, "E"), " over ", taken.length.toLocaleString("en"),
      taken.length === 1 ? " step" : " steps", ", down to 0 at the bottom"));
}
