// The drawing view: a digit is drawn, and the network reads along.

import {ask, at, bytes, grayImage, grays, make, oneAtATime, paint, show, start} from "./common.js";
import {framed} from "./frame.js";
import {explanation, Neurons} from "./neurons.js";
import {Paper} from "./paper.js";
import {labelDigits, receiveFiles, sent, showDigits} from "./picture.js";
import {record, register} from "./state.js";
import {clearStep, prepare} from "./teach.js";

const TRAINED = "the one you trained";
const BLANK = {strokes: []};

const shown = {
  content: BLANK,   // of the paper: {strokes, label}, or {frame, image, caption, label, picture}
  frame: null,      // the 28×28 pixels that the network sees, in base64
  network: null,    // {name, title, sizes, names, maps, learning_rate}
  selected: null,   // {layer, neuron}
  deltas: null,     // of the last training step, while tiles are outlined by them
  wanted: new AbortController(),  // of what is asked about the content
};
const neurons = new Neurons(at("hidden"), at("outputs"));
const paper = new Paper(at("canvas"), {
  begun: begin,
  drawn: readDrawing,
  done: () => change({strokes: paper.strokes,
    label: shown.content.frame ? "" : at("teach-label").value}),
});
let passages;  // the code of each equation

// ------------------------------------------------------------------ what is on the paper

/** Something else comes onto the paper: what was asked about it is not wanted any more. */
function begin() {
  shown.wanted.abort();
  shown.wanted = new AbortController();
}

/** Another content, which can be undone. */
function change(content) {
  const before = shown.content;
  if (content === before) return;
  record(() => put(before), () => put(content));
  put(content);
}

function put(content) {
  const {strokes = [], frame, image} = content;
  begin();
  shown.content = content;
  paper.set(strokes, image);
  describe(content);
  if (frame) read(() => frame);
  else if (strokes.length) readDrawing();
  else showBlank();
}

/** Shows what is known of a content. */
function describe({frame, caption, label = "", picture}) {
  at("teach-label").value = label;
  at("frame-caption").textContent = caption ?? "What the network sees: 28×28 pixels";
  showDigits(picture, frame, chosen => {
    shown.content = {...shown.content, frame: chosen};
    read(() => chosen);
  });
}

async function showExample() {
  begin();
  const example = await asked("example");
  if (!example) return;
  const {frame, index, label} = example;
  change({frame, label, image: grayImage([28, 28, frame]),
    caption: `Test image ${index.toLocaleString("en")}: a ${label}`});
}

async function showFile(file) {
  begin();
  const {signal} = shown.wanted;
  const picture = await sent(file).catch(() => show("draw-message", `${file.name}: not a file`));
  const result = picture !== undefined && await asked("picture", {picture}, signal);
  if (!result) return;
  change({frame: result.frames[0], image: grayImage(result.picture), picture: result});
}

// ------------------------------------------------------------------ what is read

/** The result of a route, or null if it fails, which it shows, or is no longer wanted. */
async function asked(route, request = {}, signal = shown.wanted.signal) {
  const slow = setTimeout(() => show("draw-message", "One moment…"), 600);
  try {
    const result = await ask(route, {network: shown.network?.name, ...request}, signal);
    show("draw-message", "");
    return result;
  } catch (error) {
    if (error.name !== "AbortError") show("draw-message", error.message);
    return null;
  } finally {
    clearTimeout(slow);
  }
}

const read = oneAtATime(async frameOf => {
  const frame = frameOf();
  const prediction = frame && await asked("frame", {frame});
  if (prediction) showPrediction(prediction);
});

function readDrawing() {
  read(() => {
    const frame = framed(paper.ink());
    return frame && btoa(String.fromCharCode(...frame));
  });
}

function readAgain() {
  read(() => shown.frame);
}

function showPrediction(prediction) {
  if (prediction.outs.some((layer, index) => layer.length !== shown.network.sizes[index + 1])) {
    choose(shown.network.name);  // another one has been trained
    return;
  }
  if (prediction.frame !== shown.frame) clearStep();
  setFrame(prediction.frame);
  neurons.plain(!shown.deltas);
  shown.deltas = null;
  at("predicted").textContent = prediction.predicted;
  at("is-taught").hidden = !prediction.taught;
  at("forget").ariaDisabled = String(!prediction.taught);
  if (!paper.isDown) at("draw-status").textContent = `Prediction: ${prediction.summary}`;
  neurons.show(prediction);
  labelDigits(async frame => (await asked("frame", {frame}))?.predicted ?? "");
  explain();
}

function showBlank() {
  setFrame(null);
  clearStep();
  at("predicted").textContent = "";
  at("neuron").hidden = true;
  neurons.plain();
  show("draw-message", "");
}

/** The training view hears of it, too. */
function setFrame(frame) {
  paint(at("frame"), grays(frame ? bytes(frame) : new Uint8Array(784)));
  if (frame !== shown.frame) document.dispatchEvent(new CustomEvent("frame", {detail: frame}));
  shown.frame = frame;
}

// ------------------------------------------------------------------ the network, a neuron

async function choose(name) {
  const network = await asked("network", {network: name}, null);
  if (name !== at("network").value) return;  // another has been chosen meanwhile
  if (!network) {
    at("network").value = shown.network?.name;
    return;
  }
  begin();
  shown.network = {...network, name};
  at("network-title").textContent = network.title;
  at("teach-rate").value = network.learning_rate;
  at("save").hidden = name !== TRAINED;
  neurons.draw(network);
  select(null);
  clearStep();
  readAgain();
}

function select(selected) {
  Object.assign(shown, {selected, deltas: null});
  neurons.select(selected);
  neurons.outline({}, "");
  at("neuron").hidden = true;
  explain(true);
}

const explain = oneAtATime(async isNew => {
  const {selected, frame} = shown;
  if (!selected || !frame) return;
  const explained = await asked("neuron", {...selected, frame});
  if (explained && selected === shown.selected && shown.frame) showNeuron(explained, isNew);
});

function showNeuron(explained, isNew) {
  const {layer, neuron} = shown.selected;
  const name = shown.network.names[layer][neuron];
  const kind = layer === shown.network.sizes.length - 2 ? "Output" : "Hidden";
  at("neuron").replaceChildren(...explanation(explained, kind, bytes(shown.frame), passages));
  at("neuron").hidden = false;
  if (layer && !shown.deltas) neurons.showShares(layer - 1, explained.shares, name);
  if (!isNew) return;
  const [weighted, activated] = explained.lines;
  at("draw-status").textContent =
    `${kind} neuron ${name}: in ${weighted.value}, out ${activated.value}`;
  at("neuron").firstElementChild.scrollIntoView({block: "nearest"});
}

// ------------------------------------------------------------------ the beginning

at("clear").addEventListener("click", () => change(BLANK));
at("test-image").addEventListener("click", showExample);
receiveFiles(showFile);
at("draw").addEventListener("click", event => {
  const button = event.target.closest("[data-neuron]");
  if (!button) return;
  const {layer, neuron} = button.dataset;
  const isPressed = button.ariaPressed === "true";
  select(isPressed ? null : {layer: Number(layer), neuron: Number(neuron)});
  if (!shown.frame) show("draw-message", "Draw a digit first, so that the neuron has an output.");
});
at("network").addEventListener("change", () => choose(at("network").value));
at("save").addEventListener("click", async () => show("saved", (await asked("save"))?.message));
document.addEventListener("trained", ({detail: maps}) => {  // a batch more
  if (shown.network?.name !== TRAINED) return;
  if (maps.length !== shown.network.maps.length) choose(TRAINED);
  else if (at("is-taught").hidden) neurons.paint(maps);
  readAgain();
});
prepare({shown, neurons, asked, showPrediction, readAgain});

try {
  const begun = await start;
  passages = begun.passages;
  at("network").prepend(...begun.networks.map(([name, sizes]) =>
    make("option", {value: name}, `${sizes}, ${name}`)));
  at("network").selectedIndex = 0;
  await choose(at("network").value);
  put(BLANK);
  register("draw", () => {});
} catch (error) {
  show("draw-message", error.message);
}
