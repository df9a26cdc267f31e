// The first view: one training step of the 2-3-2 network, line by line.

import {prepareBoundary, showBoundary} from "./boundary.js";
import {ask, at, make, oneAtATime, queue, show, start} from "./common.js";
import {Diagram} from "./diagram.js";
import {answerBox, listLines, showCost, showLine} from "./one_line.js";
import {nameOf, symbolsOf} from "./mathml.js";
import {nudge, prepareNudge} from "./nudge.js";
import {Boxes, Examples, seedOf} from "./numbers.js";
import {record, register, write} from "./state.js";

const PAUSE = 600;  // milliseconds before a message: what is typed may be half a number yet

const {passages, one_step: beginning} = await start.catch(error => {
  show("step-message", error.message);
  throw error;
});
const places = Object.fromEntries(beginning.symbols.map(({name, place}) => [name, place]));
const examples = new Examples(beginning, places);
const shown = {
  state: await examples.begin(),  // numbers and where they began: see Examples.begin
  result: null,                   // what the server made of them
  lines: [],                      // the lines of the step, each with its heading
  current: 0,                     // the line that is shown
  isSolved: false,                // its number was typed, while results are hidden
  playing: null,                  // an object of its own for each time that Play is pressed
};
let complaint;  // the timer of the next message

const boxes = new Boxes(places, () => shown.state, set);
const diagram = new Diagram(at("diagram"), name => boxes.make(name));
prepareBoundary(beginning.points, point => change(examples.atPoint(shown.state, point)));
prepareNudge(notes => diagram.show(knownSoFar(), notes));
at("rate-place").append(boxes.make("η"));

// ------------------------------------------------------------------ the numbers

async function set(next) {
  shown.state = next;
  await update();
  writeAddress(false);
}

/** Changes the state so that it can be undone. */
function change(next) {
  const before = shown.state;
  record(() => set(before), () => set(next));
  return set(next);
}

const update = oneAtATime(async () => {
  const {numbers, point} = shown.state;
  clearTimeout(complaint);
  try {
    shown.result = await ask("step", {...numbers, point});
  } catch (error) {
    complaint = setTimeout(() => {
      show("step-message", error.message);
      boxes.fill(undefined, error.message.split(":")[0]);
    }, PAUSE);
    return;
  }
  show("step-message", "");
  shown.lines = shown.result.sections.flatMap(({heading, lines: some}) =>
    some.map(line => ({...line, heading})));
  shown.current = Math.min(shown.current, shown.lines.length - 1);
  boxes.fill({values: shown.result.values, numbers}, "");
  showBoundary(shown.result, point);
  diagram.weigh(numbers.weights);
  at("example").value = point === null ? "this" : "xor";
  at("seed").value = shown.state.seed ?? "";
  at("seed-choice").hidden = point === null;
  showCost(shown.result, shown.state.costs, point === null ? "" : "the mean of the four ");
  listLines(shown.result.sections, go);
  render();
});

/** Takes steps, or goes elsewhere, once what was asked for before is done. */
const inTurn = queue(error => {
  play(false);
  show("step-message", error.message);
});

async function take(steps) {
  const {numbers, point} = shown.state;
  const {after, costs} = await ask("step", {...numbers, point, steps});
  const next = {...shown.state, numbers: {...numbers, ...after},
    costs: [...shown.state.costs, ...costs.slice(0, -1)]};
  await change(point === null ? next
    : examples.atPoint(next, (point + steps) % examples.points.length));
}

/** Takes a step after the other until play(false). */
async function play(isOn) {
  const run = shown.playing = isOn ? {} : null;
  at("play").textContent = isOn ? "Pause" : "Play";
  while (run && shown.playing === run) {
    await inTurn(() => take(1));
    await new Promise(resolve => setTimeout(resolve, 80));
  }
  writeAddress(false);
}

// ------------------------------------------------------------------ one line

function go(line, isNew = true) {
  if (!shown.lines.length) return;
  shown.current = Math.min(Math.max(line, 0), shown.lines.length - 1);
  shown.isSolved = false;
  render();
  const {text, value} = shown.lines[shown.current];
  at("announced").textContent = at("hide-results").checked ? text.slice(0, -value.length) : text;
  writeAddress(isNew);
}

/** To the next line or, after the last one, to the first of the step that follows. */
function next() {
  if (shown.current < shown.lines.length - 1) return go(shown.current + 1);
  go(0, false);
  return inTurn(() => take(1));
}

function render() {
  const line = shown.lines[shown.current];
  const isHidden = at("hide-results").checked && !shown.isSolved;
  const isLast = shown.current === shown.lines.length - 1;
  at("step-back").setAttribute("aria-disabled", String(shown.current === 0));
  at("step-next").textContent = isLast ? "Take the step" : "Next →";
  at("step-place").replaceChildren(
    `${line.number} line ${shown.current + 1} of ${shown.lines.length}`,
    make("span", {class: "heading"}, line.heading));
  showLine(line, passages, isHidden && answerBox(line, () => {
    shown.isSolved = true;
    render();
  }));
  const used = [nameOf(line.result), ...symbolsOf(line).map(nameOf)];
  diagram.show(knownSoFar());
  diagram.light(used, used[0]);
  at("rate-place").firstChild.classList.toggle("lit", used.includes("η"));
  nudge(line, shown.state.numbers);
  for (const button of at("lines").querySelectorAll("button")) {
    const index = Number(button.dataset.line);
    button.classList.toggle("later", index > shown.current);
    button.classList.toggle("hidden-result", at("hide-results").checked && index >= shown.current
      && !(index === shown.current && shown.isSolved));
    if (index === shown.current) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
}

function knownSoFar() {
  const isKnown = !at("hide-results").checked || shown.isSolved;
  return Object.fromEntries(shown.lines.slice(0, shown.current + isKnown)
    .map(line => [nameOf(line.result), line.value]));
}

function writeAddress(isNew) {
  if (shown.playing) return;
  write("one-step", String(shown.current + 1), examples.changes(shown.state), isNew);
}

// ------------------------------------------------------------------ the beginning

const clicked = (id, action) => at(id).addEventListener("click", action);
clicked("step-next", next);
clicked("step-back", () => go(shown.current - 1));
clicked("take-step", () => inTurn(() => take(1)));
clicked("take-100", () => inTurn(() => take(100)));
clicked("play", () => play(!shown.playing));
clicked("start-again", () => inTurn(async () => {
  shown.current = 0;
  await change(await examples.begin(shown.state.point === null ? null : 0, shown.state.seed));
}));
at("hide-results").addEventListener("change", () => {
  shown.isSolved = false;
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
  const action = {ArrowRight: next, ArrowLeft: () => go(shown.current - 1)}[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

register("one-step", (place, changes) => inTurn(async () => {
  shown.current = Math.max(Number(place) - 1, 0) || 0;
  shown.state = await examples.from(changes).catch(async error => {
    await update();
    throw error;
  });
  await update();
  if (!shown.lines.length) {
    shown.state = await examples.begin();
    await update();
    show("step-message", "The address has a number that can’t be used; these are the page’s own.");
  }
  writeAddress(null);
}));
inTurn(async () => {
  if (!shown.lines.length) await update();  // the address leads to another view
});
