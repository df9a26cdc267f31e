// The last batch, opened: its examples, the outputs and error terms of one of them, and the
// equations of one neuron for it.

import {ask, at, button, grayImage, make, start} from "./common.js";
import {lineElement} from "./mathml.js";
import {codeOf} from "./neurons.js";

let neurons;          // Neurons, which show an example's outputs and error terms
let inTurn;           // does what asks the server, one after the other
let example = null;   // the index of the example that is opened
let neuron = null;    // {layer, neuron}: the one whose equations are shown

export function prepare(...view) {
  [neurons, inTurn] = view;
}

/** Shows the examples of the last batch; what was opened of the one before is opened again. */
export async function openBatch() {
  if (at("train-count").textContent === "0") return;
  const batch = await ask("batch", {example});
  const focused = [...at("train-batch-examples").children].indexOf(document.activeElement);
  at("train-batch-examples").replaceChildren(...batch.examples.map(exampleButton));
  at("train-batch-examples").children[focused]?.focus();
  at("train-opened").hidden = false;
  at("train-example").hidden = !batch.outs;
  neurons.plain();
  if (batch.outs) await openExample(batch);
  else example = null;
}

function exampleButton({frame, label, predicted}, index) {
  const [name, mark] = predicted === label ? ["right", "✓"] : ["wrong", "✗"];
  return button({class: name, "aria-pressed": index === example,
    "aria-label": `Example ${index + 1}: a ${label}, prediction ${predicted}`}, () => {
    example = index === example ? null : index;
    inTurn(openBatch);
  }, grayImage([28, 28, frame]), `${predicted} ${mark}`);
}

async function openExample(batch) {
  const {label} = batch.examples[example];
  at("train-example-title").textContent = `Example ${example + 1} of ${batch.examples.length}: `
    + `a ${label}, so Target is 1 for ${label} and 0 for the others`;
  neurons.show(batch);
  neurons.showDeltas(batch.deltas);
  batch.numbers.forEach(([out, delta], index) => {  // as explain prints them
    neurons.bars[index].querySelector(".out").textContent = out;
    neurons.bars[index].querySelector(".delta").lastChild.textContent = ` ${delta}`;
  });
  neurons.select(neuron);
  at("train-neuron").hidden = !neuron;
  if (neuron) showNeuron(await ask("equations", {example, ...neuron}), (await start).passages);
}

/** Opens a neuron, {layer, neuron}, of the example that is opened, or of the first one; closes it
    if it is open. */
export async function openNeuron(chosen) {
  const isOpen = chosen.layer === neuron?.layer && chosen.neuron === neuron.neuron
    && example !== null;
  neuron = isOpen ? null : chosen;
  example ??= 0;
  await openBatch();
}

export function closeBatch() {
  at("train-opened").hidden = true;
  neurons.plain();
  neurons.select(null);
}

function showNeuron({lines, changes, examples}, passages) {
  at("train-status").textContent = lines.map(({result, value}) =>
    `${result.base} of ${result.sub}: ${value}`).join(", ");
  at("train-neuron").replaceChildren(...lines.map(line => equation([line], passages)),
    equation(changes.map(({line}) => line), passages, changes.map(({share, sum}) =>
      make("p", {class: "share"}, "this example’s share ", make("span", {class: "number"}, share),
        `, the sum of ${examples === 1 ? "1 share" : `the ${examples} shares`} `,
        make("span", {class: "number"}, sum)))));
}

/** Lines of one equation, each with a note or none, and beside them the code. */
function equation(lines, passages, notes = []) {
  return make("div", {class: "equation"}, make("div", {}, ...lines.flatMap((line, index) =>
    [lineElement(line), ...notes.slice(index, index + 1)])), codeOf(lines[0], passages));
}
