// What the first view says in words about a line of the step.

import {make} from "./common.js";
import {LAYERS} from "./diagram.js";
import {symbolsOf} from "./lines.js";

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
