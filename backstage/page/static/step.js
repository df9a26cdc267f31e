// The first view: one training step of the 2-3-2 network, line by line.

import {passageFor, showCode} from "./code.js";
import {ask, at, make, oneAtATime, show, start, typed} from "./common.js";
import {Diagram, LAYERS, symbols} from "./diagram.js";
import {symbolsOf, typeset} from "./typeset.js";

const SAYS = {
  "(1)": "A neuron’s weighted input: each output of the layer before, times its weight, "
    + "and the bias.",
  "(2)": "The activation function turns it into the neuron’s output, a number from 0 to 1.",
  "(3)": "An output neuron’s error term: how far it is off, times the derivative of its "
    + "activation.",
  "(5)": "A weight into an output neuron changes by learning rate × error term × what came "
    + "through it.",
  "(4)": "A hidden neuron’s error term: the next layer’s errors, each back through its weight.",
  "(6)": "A weight into a hidden neuron changes in the same way.",
};

const PAUSE = 600;  // milliseconds before a message: what is typed may be half a number yet

let beginning;        // the numbers that the page begins with
let passages;     // the code of each equation
let state;        // the numbers now
let answer;       // what the server made of them
let answered;     // the numbers that this answer is about
let complaint;    // the timer of the next message
let lines = [];   // the lines of the step
let current = 0;  // the line that is shown
let costs = [];   // E before each step that was taken
const boxes = {}; // the inputs, by symbol
let diagram;

// ------------------------------------------------------------------ the numbers, by symbol

/** Where a symbol's number is kept: the list or object that holds it, and its index. */
function slot(symbol, numbers = state) {
  if (symbol === "η") return [numbers, "learning_rate"];
  if (symbol.startsWith("Target_")) return [numbers.target, LAYERS[2].indexOf(symbol.slice(7))];
  if (symbol.length === 1) return [numbers.inputs, LAYERS[0].indexOf(symbol)];
  const name = symbol.slice(2);
  const layer = LAYERS[1].includes(name.at(-1)) ? 1 : 2;
  const neuron = LAYERS[layer].indexOf(name.at(-1));
  if (symbol.startsWith("b_")) return [numbers.biases[layer - 1], neuron];
  return [numbers.weights[layer - 1][neuron], LAYERS[layer - 1].indexOf(name[0])];
}

function box(symbol) {
  const input = make("input", {inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    "data-symbol": symbol, "aria-label": symbol, size: "7"});
  input.addEventListener("focus", () => {
    input.value = inFull(symbol);
    input.select();
  });
  input.addEventListener("input", () => {
    const [place, index] = slot(symbol);
    place[index] = typed(input.value);
    costs = [];
    update();
  });
  input.addEventListener("blur", fillBoxes);
  input.addEventListener("keydown", event => {
    if (event.key === "Enter") input.blur();
  });
  boxes[symbol] = input;
  return input;
}

/** The number of a symbol, or what was typed in its place, with all its digits. */
function inFull(symbol, numbers = state) {
  const [place, index] = slot(symbol, numbers);
  return String(place[index]).replaceAll("-", "−");
}

/** Shows each number as the server prints it, but what it has not accepted as it was typed. */
function fillBoxes() {
  const message = at("step-message").textContent;
  for (const symbol of symbols()) {
    const full = inFull(symbol);
    const isAnswered = answered && full === inFull(symbol, answered);
    boxes[symbol].setAttribute("aria-invalid", String(message.startsWith(`${symbol}: `)));
    if (boxes[symbol] === document.activeElement) continue;
    boxes[symbol].value = isAnswered ? answer.values[symbol] : full;
  }
}

const update = oneAtATime(async () => {
  const asked = structuredClone(state);
  clearTimeout(complaint);
  try {
    answer = await ask("step", asked);
    answered = asked;
    show("step-message", "");
  } catch (error) {
    complaint = setTimeout(() => {
      show("step-message", error.message);
      fillBoxes();
    }, PAUSE);
    return;
  }
  lines = answer.sections.flatMap(({heading, lines}) => lines.map(line => ({...line, heading})));
  fillBoxes();
  listLines();
  showCost();
  render();
});

// ------------------------------------------------------------------ one line

function render() {
  const line = lines[current];
  at("step-place").replaceChildren(`${line.number} line ${current + 1} of ${lines.length}`,
    make("span", {class: "heading"}, line.heading));
  at("step-back").disabled = current === 0;
  at("step-next").disabled = current === lines.length - 1;
  at("says").textContent = SAYS[line.number];
  const used = symbolsOf(line.symbols);
  at("equation").replaceChildren(
    make("div", {class: "name"}, typeset(line.name)),
    make("div", {class: "right"}, "= ", typeset(line.symbols),
      make("span", {class: "equation-number"}, line.number)));
  at("numbers").replaceChildren(
    make("div", {class: "right"}, "= ", typeset(line.numbers, used)),
    make("div", {class: "right"}, "= ",
      make("strong", {class: "number", "data-symbol": line.name}, line.value)));
  const passage = passageFor(passages, line);
  at("code-file").textContent = passage.file;
  showCode(at("code"), passage, text => takesPart(line, text), [line.name, ...used]);
  at("indices").replaceChildren(...indices(line));
  diagram.weigh(state.weights);
  diagram.show(knownSoFar());
  diagram.light(new Set([line.name, ...used]), line.name);
  for (const button of at("lines").querySelectorAll("button")) {
    const index = Number(button.dataset.line);
    button.classList.toggle("later", index > current);
    if (index === current) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
}

/** Of the lines for (5) and (6), a weight takes the loop and a bias what follows it. */
function takesPart(line, text) {
  if (!line.name.includes("+") || text.includes("deltas[")) return true;
  return line.name.startsWith("b") === text.includes("bias") || text.trim().startsWith("#");
}

/** What the code's indices are at this line. */
function indices(line) {
  const name = line.name.split("_")[1];
  const neuron = name.at(-1);
  const layer = LAYERS[1].includes(neuron) ? 1 : 2;
  const index = (layer, name) => LAYERS[layer].indexOf(name);
  const found = ["Here ", variable("layer", layer - 1), ", ",
    variable("neuron", index(layer, neuron), neuron)];
  if (line.number === "(2)") return ["Here ", variable("layer", layer - 1), ", ",
    make("code", {}, "in_"), " is ", typeset(`in_${name}`), "."];
  if (line.number === "(3)") return ["Here ", variable("neuron", index(2, neuron), neuron), "."];
  if (line.number === "(1)") {
    found.push("; ", many("source", LAYERS[layer - 1]));
  } else if (line.number === "(4)") {
    found.push("; ", many("next_neuron", LAYERS[2]));
  } else if (name.length > 1) {
    found.push(", ", variable("source", index(layer - 1, name[0]), name[0]));
  }
  return [...found, "."];
}

function variable(name, value, means = "") {
  const set = document.createDocumentFragment();
  set.append(make("code", {}, `${name} = ${value}`), means && `, which is ${means}`);
  return set;
}

function many(name, means) {
  const set = document.createDocumentFragment();
  const values = means.map((neuron, index) => `${index} (${neuron})`);
  set.append(make("code", {}, name), " is ", values.join(", then "));
  return set;
}

function knownSoFar() {
  const known = {};
  for (const line of lines.slice(0, current + 1)) known[line.name] = line.value;
  return known;
}

function go(line) {
  if (!lines.length) return;
  current = Math.min(Math.max(line, 0), lines.length - 1);
  render();
}

// ------------------------------------------------------------------ all lines, and the cost

function listLines() {
  const place = at("lines");
  if (place.childElementCount) {
    place.querySelectorAll("button").forEach((button, index) => {
      button.querySelector(".number").textContent = lines[index].value;
    });
    return;
  }
  let index = 0;
  for (const {heading, lines} of answer.sections) {
    const list = make("ol");
    for (const line of lines) {
      const button = make("button", {type: "button", "data-line": index, "data-symbol": line.name},
        make("span", {class: "equation-number"}, line.number), typeset(line.name),
        make("span", {class: "number"}, line.value));
      const chosen = index;
      button.addEventListener("click", () => go(chosen));
      const isFirst = line.number === "(6)" && list.lastChild?.textContent.startsWith("(5)");
      list.append(make("li", isFirst ? {class: "hidden-layers"} : {}, button));
      index += 1;
    }
    const [title, more = ""] = heading.split(": ");
    place.append(make("section", {}, make("h3", {}, title, make("small", {}, more)), list));
  }
}

function showCost() {
  const {symbols, numbers, before, after} = answer.cost;
  at("cost").replaceChildren(
    make("div", {}, "The cost: ", make("i", {}, "E"), " = ", typeset(symbols)),
    make("div", {}, " = ", typeset(numbers, symbolsOf(symbols)), " = ",
      make("strong", {class: "number", id: "cost-before"}, before)),
    make("div", {}, "After this step ", make("i", {}, "E"), " = ",
      make("strong", {class: "number", id: "cost-after"}, after)));
  const all = [...costs, ...answer.costs];
  const figure = at("history");
  figure.hidden = costs.length === 0;
  if (figure.hidden) return;
  const [width, height, top] = [300, 60, Math.max(...all)];
  const points = all.map((cost, index) => {
    const right = width * index / (all.length - 1);
    const down = height - 2 - (height - 4) * cost / (top || 1);
    return `${right.toFixed(1)},${down.toFixed(1)}`;
  });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  const taken = all.length - 2;
  figure.replaceChildren(svg, make("figcaption", {}, make("i", {}, "E"),
    ` over ${taken.toLocaleString("en")} step${taken === 1 ? "" : "s"}, down to 0 at the bottom`));
}

let taking = Promise.resolve();

/** Takes a step, or goes back to the start, once what was asked for before is done. */
function inTurn(change) {
  taking = taking.then(change);
}

async function take(steps) {
  try {
    const after = await ask("step", {...state, steps});
    costs.push(...after.costs.slice(0, -1));
    Object.assign(state, after.after);
  } catch (error) {
    show("step-message", error.message);
    return;
  }
  update();
}

// ------------------------------------------------------------------ the beginning

at("step-next").addEventListener("click", () => go(current + 1));
at("step-back").addEventListener("click", () => go(current - 1));
at("take-step").addEventListener("click", () => inTurn(() => take(1)));
at("take-100").addEventListener("click", () => inTurn(() => take(100)));
at("start-again").addEventListener("click", () => inTurn(() => {
  state = structuredClone(beginning);
  costs = [];
  current = 0;
  update();
}));
document.addEventListener("keydown", event => {
  const elsewhere = event.target.closest?.("input, select, textarea, #draw");
  if (elsewhere || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const goes = {ArrowRight: current + 1, ArrowLeft: current - 1}[event.key];
  if (goes === undefined) return;
  event.preventDefault();
  go(goes);
});

try {
  ({start: beginning, passages} = await start);
  state = structuredClone(beginning);
  diagram = new Diagram(at("diagram"), box);
  at("rate-place").append(box("η"));
  update();
} catch (error) {
  show("step-message", error.message);
}
