// The second view: a network learns to read digits, and one watches. The page asks for the next
// batches when it has drawn the last ones, so Pause is not to ask.

import {closeBatch, openBatch, openNeuron, prepare} from "./batch.js";
import {ask, at, grayImage, make, paintMaps, queue, show, start, typed} from "./common.js";
import {addToCurve, clearCurve} from "./curve.js";
import {Neurons} from "./neurons.js";
import {register} from "./state.js";

const SECONDS = 0.11;  // of training in a request at full speed: five a second, with what is shown
const WAITS = [2000, 1000, 500, 200, null];  // ms for each single batch; null: full speed
const SPEEDS = ["a batch in two seconds", "a batch a second", "two batches a second",
  "five batches a second", "as fast as possible"];
const NAMES = {mnist: "images of MNIST", digits: "of the smaller digits"};

const neurons = new Neurons(at("train-maps"), at("train-outputs"));
let begun = false;         // whether there is a network
let loop = 0;              // counts what was started and paused: a loop ends when it changes
let isRunning = false;
let rate = number("train-rate");
let frame = null;          // what is drawn in the drawing view, as the network sees it

// ------------------------------------------------------------------ what is asked for

const inTurn = queue(error => {
  stop();
  show("train-message", error.message);
});

async function begin() {
  const request = {neurons: Number(at("train-neurons").value), batch_size: number("train-size"),
    seed: number("train-seed")};
  const slow = setTimeout(() => show("train-message", "Loading the images…"), 600);
  try {
    await start;
    const network = await ask("begin", {...request, frame});
    begun = true;
    at("train-new").textContent = "";
    clearCurve();
    drawNetwork(network);
    drawState(network);
    show("train-message", "");
  } finally {
    clearTimeout(slow);
  }
}

async function train(request) {
  if (!begun) await begin();
  drawState(await ask("train", {...request, learning_rate: rate, frame}));
  show("train-message", "");
}

/** The number in a box, or the text if it is none, which the server refuses in words. */
function number(id) {
  return typed(at(id).value);
}

async function run() {
  if (isRunning) return;
  rate = number("train-rate");
  const mine = mark(true);
  while (loop === mine) {
    const wait = WAITS[at("train-speed").value];
    const began = performance.now();
    if (wait === null) {
      await inTurn(() => train({seconds: SECONDS}));
      continue;
    }
    await inTurn(() => follow(1));
    await new Promise(resolve => setTimeout(resolve, began + wait - performance.now()));
  }
}

/** Trains so many batches, and shows the last one and all else as it is after it. */
async function follow(batches) {
  await train({batches});
  await openBatch();
}

function pause(batches) {
  stop();
  if (!begun && !batches) return;
  rate = number("train-rate");
  inTurn(async () => {
    await follow(batches);
    at("train-status").textContent = `${at("train-count").textContent} images seen, accuracy `
      + `${at("train-accuracy").textContent} percent`;
  });
}

function stop() {
  if (isRunning) mark(false);
}

function mark(runs) {
  isRunning = runs;
  at("train-start").setAttribute("aria-pressed", String(runs));
  at("train-pause").setAttribute("aria-pressed", String(!runs));
  if (runs) closeBatch();
  loop += 1;
  return loop;
}

// ------------------------------------------------------------------ what is seen

function drawNetwork(network) {
  const name = NAMES[network.dataset] ?? network.dataset;
  at("train-data").textContent = `${network.examples.toLocaleString("en")} ${name}`;
  at("train-held-out").textContent = network.held_out;
  neurons.draw(network);
  at("train-imagined").replaceChildren(...network.names.at(-1).map(name =>
    make("figure", {}, make("canvas", {width: 28, height: 28}), make("figcaption", {}, name))));
  at("train-images").replaceChildren(...network.thumbnails.map(({frame, label}) =>
    make("figure", {"data-label": label}, grayImage([28, 28, frame], `A ${label}`),
      make("figcaption"))));
}

/** Draws what came with a request; what did not stays as it was. */
function drawState(state) {
  at("train-count").textContent = state.images;
  at("train-epoch").textContent = state.epoch;
  neurons.paint(state.maps);
  document.dispatchEvent(new CustomEvent("trained", {detail: state.maps}));  // for draw.js
  if (state.imagined) {
    paintMaps(at("train-imagined").querySelectorAll("canvas"), state.imagined);
  }
  if (state.predictions) {
    at("train-accuracy").textContent = state.accuracy.toFixed(1);
    at("train-loss").textContent = state.loss.toFixed(4);
    addToCurve(state.images, state.accuracy, state.loss);
    state.predictions.forEach((prediction, index) => {
      const figure = at("train-images").children[index];
      const label = Number(figure.dataset.label);
      figure.lastChild.textContent = described(prediction, label);
      figure.className = prediction[0] === label ? "right" : "wrong";
    });
  }
  at("train-drawn").hidden = !state.drawn;
  if (state.drawn) {
    at("train-drawn").replaceChildren(grayImage([28, 28, frame], "Your drawing"),
      make("figcaption", {}, `drawn: ${described(state.drawn)}`));
  }
}

/** "7 ✓ 0.93": a prediction, whether it is right, and the output. */
function described([label, out], wanted = null) {
  const mark = wanted === null ? "" : label === wanted ? " ✓" : " ✗";
  return `${label}${mark} ${out}`;
}

// ------------------------------------------------------------------ the beginning

at("train-start").addEventListener("click", run);
at("train-pause").addEventListener("click", () => pause(0));
at("train-batch").addEventListener("click", () => pause(1));
at("train-again").addEventListener("click", () => {
  closeBatch();
  inTurn(begin);
});
at("train-speed").addEventListener("input", () => {
  const words = SPEEDS[at("train-speed").value];
  at("train-speed-words").textContent = words;
  at("train-speed").ariaValueText = words;
});
at("train-rate").addEventListener("change", () => { rate = number("train-rate"); });
for (const id of ["train-size", "train-neurons", "train-seed"]) {
  at(id).addEventListener("change", () => {
    at("train-new").textContent = begun ? "“Start again” makes a network with this." : "";
  });
}
let drawing;  // waits for the end of a stroke
document.addEventListener("frame", event => {
  frame = event.detail;
  clearTimeout(drawing);
  drawing = setTimeout(() => {
    if (begun && !isRunning) inTurn(() => train({batches: 0}));
  }, 300);
});
at("learn").addEventListener("click", event => {
  const {layer, neuron} = event.target.closest("[data-neuron]")?.dataset ?? {};
  if (!neuron) return;
  if (isRunning) pause(0);
  inTurn(() => openNeuron({layer: Number(layer), neuron: Number(neuron)}));
});
prepare(neurons, inTurn);
register("learn", () => {});

// The network is made when one first sees the view.
new IntersectionObserver((entries, observer) => {
  if (!entries.some(entry => entry.isIntersecting)) return;
  observer.disconnect();
  inTurn(async () => { if (!begun) await begin(); });
}).observe(at("train-maps"));
