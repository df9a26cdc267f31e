// What the first view says in words about a line of the step.

import {make} from "./common.js";
import {symbol, symbolsOf} from "./lines.js";

const LAYERS = [["Ω", "λ"], ["A", "B", "C"], ["α", "β"]];
const SAYS = {
  "(1)": "A neuron’s weighted input: each output of the layer before, times its weight, "
    + "and the bias.",
  "(2)": "The activation function turns it into the neuron’s output, a number from 0 to 1.",
  "(3)": "An output neuron’s error term: how far it is off, times the derivative of its "
    + "activation.",
  "(4)": "A hidden neuron’s error term: the next layer’s error terms, each back through its "
    + "weight, times the derivative.",
  "(5)": "A weight into an output neuron changes by learning rate × error term × what came "
    + "through it.",
  "(6)": "A weight into a hidden neuron changes in the same way.",
};

export function says(line) {
  if (line.result.place[0] === "new_biases") {
    return "A bias changes like a weight from a neuron whose output is always 1.";
  }
  return SAYS[line.number];
}

/** What the code's indices are at this line. */
export function indices(line) {
  const [kind, at, neuron, source] = line.result.place;
  const layer = kind === "outs" ? at - 1 : at;  // as in weights[layer]
  const here = ["Here ", variable("layer", layer), ", ",
    variable("neuron", neuron, LAYERS[layer + 1][neuron])];
  const isZero = symbolsOf(line).filter(({place, number}) => place[0] === "outs"
    && place[1] === layer && number === "0.0000").map(({place}) => place[2]);
  if (line.number === "(1)") {
    return [...here, "; ", ...many("source", LAYERS[layer], isZero), "."];
  }
  if (line.number === "(2)") {
    return ["Here ", variable("layer", layer), ", ", make("code", {}, "in_"), " is ",
      symbol({base: "in", sub: line.result.sub}), "."];
  }
  if (line.number === "(3)") return ["Here ", here[3], "."];
  if (line.number === "(4)") return [...here, "; ", ...many("next_neuron", LAYERS[2], []), "."];
  if (kind === "new_biases") return [...here, "."];
  if (isZero.length) {
    return [...here, "; ", make("code", {}, "source"), ` skips ${source}, since what comes from `,
      `${LAYERS[layer][source]} is 0 and changes nothing.`];
  }
  return [...here, ", ", variable("source", source, LAYERS[layer][source]), "."];
}

function variable(name, value, means = "") {
  return make("span", {}, make("code", {}, `${name} = ${value}`), means && `, which is ${means}`);
}

/** "source is 0 (Ω), then 1 (λ)", without those whose output is 0, which the loop leaves out. */
function many(name, means, isZero) {
  const values = means.map((neuron, index) => `${index} (${neuron})`)
    .filter((_, index) => !isZero.includes(index));
  return [make("code", {}, name), " is ", values.join(", then ") || "none: all are 0"];
}
