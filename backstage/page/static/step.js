// The first view: one training step of the 2-3-2 network, line by line.

import {Boundary} from "./boundary.js";
import {Boxes} from "./boxes.js";
import {ask, at, make, oneAtATime, show, start} from "./common.js";
import {Diagram} from "./diagram.js";
import {Examples, seedOf} from "./examples.js";
import {answerBox, listLines, showCost, showLine} from "./one_line.js";
import {nameOf, symbolsOf} from "./lines.js";
import {Nudge} from "./nudge.js";
import {record, register, write} from "./state.js";

const PAUSE = 600;  // milliseconds before a message: what is typed may be half a number yet

const {passages, one_step: beginning} = await start.catch(error => {
  show("step-message", error.message);
  throw error;
});
const places = Object.fromEntries(beginning.symbols.map(({name, place}) => [name, place]));
const examples = new Examples(beginning, places);
let state = await examples.begin();  // numbers and where they began: see Examples.begin
let result = null;                   // what the server made of them
let lines = [];                      // the lines of the step, each with its heading
let current = 0;                     // the line that is shown
let isSolved = false;                // its number was typed, while results are hidden
let isPlaying = false;
let complaint;                       // the timer of the next message

const boxes = new Boxes(places, () => state, set);
const diagram = new Diagram(at("diagram"), name => boxes.make(name));
const boundary = new Boundary(at("boundary"), beginning.points, point =>
  change(examples.atPoint(state, point)));
const nudge = new Nudge(at("nudge"), said => diagram.show(knownSoFar(), said));
at("rate-place").append(boxes.make("η"));

// ------------------------------------------------------------------ the numbers

async function set(next) {
  state = next;
  await update();
  writeAddress(false);
}

/** Changes the state so that it can be undone. */
function change(next) {
  const before = state;
  record(() => boxes.restore(before), () => boxes.restore(next));
  return set(next);
}

const update = oneAtATime(async () => {
  const {numbers, point} = state;
  clearTimeout(complaint);
  try {
    result = await ask("step", {...numbers, point});
  } catch (error) {
    complaint = setTimeout(() => {
      show("step-message", error.message);
      boxes.fill(undefined, error.message.split(":")[0]);
    }, PAUSE);
    return;
  }
  show("step-message", "");
  lines = result.sections.flatMap(({heading, lines}) => lines.map(line => ({...line, heading})));
  boxes.fill({values: result.values, numbers}, "");
  boundary.show(result, point);
  diagram.weigh(numbers.weights);
  at("example").value = point === null ? "this" : "xor";
  at("seed").value = state.seed ?? "";
  at("seed-choice").hidden = point === null;
  showCost(result, state.costs, point === null ? "" : "the mean of the four ");
  listLines(result.sections, go);
  render();
});

/** Takes steps, or goes elsewhere, once what was asked for before is done. */
let taking = Promise.resolve();
function inTurn(change) {
  taking = taking.then(change).catch(error => {
    play(false);
    show("step-message", error.message);
  });
  return taking;
}

async function take(steps) {
  const {numbers, point} = state;
  const {after, costs} = await ask("step", {...numbers, point, steps});
  const next = {...state, numbers: {...numbers, ...after},
    costs: [...state.costs, ...costs.slice(0, -1)]};
  await change(point === null ? next
    : examples.atPoint(next, (point + steps) % examples.points.length));
}

async function play(isOn) {
  isPlaying = isOn;
  at("play").textContent = isOn ? "Pause" : "Play";
  while (isPlaying) {
    await inTurn(() => take(1));
    await new Promise(resolve => setTimeout(resolve, 80));
  }
  writeAddress(false);
}

// ------------------------------------------------------------------ one line

function go(line, isNew = true) {
  if (!lines.length) return;
  current = Math.min(Math.max(line, 0), lines.length - 1);
  isSolved = false;
  render();
  at("announced").textContent = announced();
  writeAddress(isNew);
}

/** To the next line or, after the last one, to the first of the step that follows. */
function next() {
  if (current < lines.length - 1) return go(current + 1);
  go(0, false);
  return inTurn(() => take(1));
}

function render() {
  const line = lines[current];
  const isHidden = at("hide-results").checked && !isSolved;
  const isLast = current === lines.length - 1;
  at("step-back").setAttribute("aria-disabled", String(current === 0));
  at("step-next").textContent = isLast ? "Take the step" : "Next →";
  at("step-place").replaceChildren(`${line.number} line ${current + 1} of ${lines.length}`,
    make("span", {class: "heading"}, line.heading));
  showLine(line, passages, isHidden && answerBox(line, () => {
    isSolved = true;
    render();
  }));
  const used = [nameOf(line.result), ...symbolsOf(line).map(nameOf)];
  diagram.show(knownSoFar());
  diagram.light(used, used[0]);
  at("rate-place").firstChild.classList.toggle("lit", used.includes("η"));
  nudge.show(line, state.numbers);
  for (const button of at("lines").querySelectorAll("button")) {
    const index = Number(button.dataset.line);
    button.classList.toggle("later", index > current);
    button.classList.toggle("hidden-result", at("hide-results").checked && index >= current
      && !(index === current && isSolved));
    if (index === current) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
}

function knownSoFar() {
  const isKnown = !at("hide-results").checked || isSolved;
  return Object.fromEntries(lines.slice(0, current + isKnown)
    .map(line => [nameOf(line.result), line.value]));
}

function announced() {
  const {text, value} = lines[current];
  return at("hide-results").checked ? text.slice(0, -value.length) : text;
}

function writeAddress(isNew) {
  if (!isPlaying) write("one-step", String(current + 1), examples.changes(state), isNew);
}

// ------------------------------------------------------------------ the beginning

const clicked = (id, action) => at(id).addEventListener("click", action);
clicked("step-next", next);
clicked("step-back", () => go(current - 1));
clicked("take-step", () => inTurn(() => take(1)));
clicked("take-100", () => inTurn(() => take(100)));
clicked("play", () => play(!isPlaying));
clicked("start-again", () => inTurn(async () => {
  current = 0;
  await change(await examples.begin(state.point === null ? null : 0, state.seed));
}));
at("hide-results").addEventListener("change", () => {
  isSolved = false;
  render();
});
for (const id of ["example", "seed"]) {
  at(id).addEventListener("change", () => inTurn(async () => {
    const isXor = at("example").value === "xor";
    const seed = id === "seed" ? seedOf(at("seed").value) : beginning.seed;
    await change(await examples.begin(isXor ? 0 : null, isXor ? seed : null));
  }));
}
document.addEventListener("keydown", event => {
  const elsewhere = event.target.closest?.("input, select, textarea, #learn, #draw");
  if (elsewhere || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const action = {ArrowRight: next, ArrowLeft: () => go(current - 1)}[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

register("one-step", async (place, changes) => {
  const asked = await examples.from(changes);
  current = Math.max(Number(place) - 1, 0) || 0;
  const isSame = JSON.stringify(examples.changes(asked)) === JSON.stringify(examples.changes(state));
  if (!isSame) state = asked;
  if (!isSame || !lines.length) await update();
  else render();
  writeAddress(null);
});
