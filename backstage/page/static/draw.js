// The drawing view: a digit is drawn, and the network reads along.

import {ask, at, base64, bytes, make, oneAtATime, paint, show, start} from "./common.js";
import {framed} from "./frame.js";
import {explanation, Neurons, signed} from "./neurons.js";
import {Paper} from "./paper.js";
import {contentOf, grayImage, grays, receiveFiles, sent, showDigits} from "./picture.js";
import {record, register, write} from "./state.js";
import {clearStep, prepare, showTaught} from "./teach.js";

const TRAINED = "the one you trained";
const BLANK = {strokes: []};

const shown = {
  content: BLANK,   // of the paper: {strokes}, or {frame, image, caption, label, picture}
  frame: null,      // the 28×28 pixels that the network sees, in base64
  network: null,    // {name, title, sizes, names, maps, learning_rate}
  selected: null,   // {layer, neuron}
  deltas: null,     // of the last training step, while tiles are outlined by them
  wanted: new AbortController(),  // of what was asked about the content
};
const neurons = new Neurons(at("hidden"), at("outputs"));
const paper = new Paper(at("canvas"), at("hint"), {
  begun: () => {
    begin();
    if (shown.content.frame) describe(BLANK);
  },
  drawn: readDrawing,
  done: () => {
    change({strokes: paper.strokes}, false);
    readDrawing();
  },
  cleared: () => change(BLANK),
});
let passages;  // the code of each equation

// ------------------------------------------------------------------ what is on the paper

/** Something else comes onto the paper: what was asked about it is not wanted any more. */
function begin() {
  shown.wanted.abort();
  shown.wanted = new AbortController();
}

/** Another content, which can be undone; isNew unless it is on the paper already. */
function change(content, isNew = true) {
  const before = shown.content;
  if (content === before) return;
  record(() => put(before), () => put(content));
  if (isNew) put(content);
  else shown.content = content;
}

function put(content) {
  const {strokes = [], frame, image} = content;
  begin();
  shown.content = content;
  paper.set(strokes, image);
  describe(content);
  if (frame) readFrame(frame);
  else if (strokes.length) readDrawing();
  else showBlank();
}

/** Shows what is known of a content. */
function describe({frame, caption, label = "", picture}) {
  at("teach-label").value = label;
  at("frame-caption").textContent = caption ?? "What the network sees: 28×28 pixels";
  showDigits(picture, frame, chosen => {
    shown.content = {...shown.content, frame: chosen};
    readFrame(chosen);
  });
}

function showBlank() {
  setFrame(null);
  clearStep();
  at("answer").textContent = "";
  at("neuron").hidden = true;
  neurons.show(null);
  neurons.plain();
  show("draw-message", "");
}

// ------------------------------------------------------------------ what is read

const read = oneAtATime(async (route, request, received) => {
  const {signal} = shown.wanted;
  const slow = setTimeout(() => show("draw-message", "One moment…"), 600);
  try {
    const content = request();
    if (!content) return;
    const result = await ask(route, {...content, network: shown.network.name}, signal);
    show("draw-message", "");
    received(result);
  } catch (error) {
    complain(error);
  } finally {
    clearTimeout(slow);
  }
});

function complain(error) {
  if (error.name !== "AbortError") show("draw-message", error.message);
}

function readDrawing() {
  read("frame", () => {
    const frame = framed(paper.ink());
    return frame && {frame: base64(frame)};
  }, showPrediction);
}

function readFrame(frame) {
  read("frame", () => ({frame}), showPrediction);
}

function readAgain() {
  if (shown.frame) readFrame(shown.frame);
}

function showPrediction(prediction) {
  if (prediction.outs.some((layer, index) => layer.length !== shown.network.sizes[index + 1])) {
    choose(shown.network.name);  // another one has been trained
    return;
  }
  if (prediction.frame !== shown.frame) clearStep();
  setFrame(prediction.frame);
  shown.deltas = null;
  at("answer").textContent = prediction.predicted;
  if (!paper.isDown) at("draw-status").textContent = `Prediction: ${prediction.summary}`;
  neurons.plain();
  neurons.show(prediction);
  showTaught(prediction.taught);
  explain();
}

/** The training view hears of it, too. */
function setFrame(frame) {
  shown.frame = frame;
  paint(at("frame"), grays(frame ? bytes(frame) : new Uint8Array(784)));
  document.dispatchEvent(new CustomEvent("frame", {detail: frame}));
}

function readExample() {
  begin();
  read("example", () => ({}), ({frame, index, label}) => change({frame, label,
    image: grayImage([28, 28, frame]),
    caption: `Test image ${index.toLocaleString("en")}: a ${label}`}));
}

async function readPicture(file) {
  begin();
  const {signal} = shown.wanted;
  try {
    const picture = await sent(file);
    if (!signal.aborted) read("picture", () => ({picture}), result => change(contentOf(result)));
  } catch {
    show("draw-message", `${file.name}: not an image that this browser can read; `
      + "save it as PNG or JPEG");
  }
}

// ------------------------------------------------------------------ the network

async function choose(name) {
  try {
    const network = {...await ask("network", {network: name}), name};
    if (name !== at("network").value) return;  // another has been chosen meanwhile
    begin();
    shown.network = network;
  } catch (error) {
    at("network").value = shown.network?.name;
    complain(error);
    return;
  }
  at("network-title").textContent = shown.network.title;
  at("teach-rate").value = String(shown.network.learning_rate);
  at("save").hidden = name !== TRAINED;
  neurons.draw(shown.network);
  neurons.show(null);
  select(null);
  clearStep();
  readAgain();
}

// ------------------------------------------------------------------ a neuron

function select(selected) {
  Object.assign(shown, {selected, deltas: null});
  neurons.select(selected);
  neurons.outline({}, "");
  at("neuron").hidden = true;
  explain(true);
}

const explain = oneAtATime(async isNew => {
  const {selected, frame, network} = shown;
  if (!selected || !frame) return;
  try {
    const result = await ask("neuron", {...selected, frame, network: network.name},
      shown.wanted.signal);
    if (selected === shown.selected && shown.frame) showNeuron(result, isNew);
  } catch (error) {
    complain(error);
  }
});

function showNeuron(result, isNew) {
  const {layer, neuron} = shown.selected;
  const name = shown.network.names[layer][neuron];
  const kind = layer === shown.network.sizes.length - 2 ? "Output" : "Hidden";
  at("neuron").replaceChildren(...explanation(result, kind, bytes(shown.frame), passages));
  at("neuron").hidden = false;
  if (layer && !shown.deltas) {
    neurons.outline({[layer - 1]: signed(result.shares)}, `Outlined by what each adds to in_${name}`
      + ", weight times out: red raises it, blue lowers it.",
    share => share > 0 ? `favors ${name}` : share < 0 ? `opposes ${name}` : "");
  }
  if (!isNew) return;
  at("draw-status").textContent = `${kind} neuron ${name}: in ${result.lines[0].value}, out `
    + result.lines[1].value;
  at("neuron").firstElementChild.scrollIntoView({block: "nearest"});
}

/** Shows what an address says: a neuron's name, and a network. */
async function visit(name, {network = at("network").options[0].value}) {
  at("network").value = network;
  if (shown.network?.name !== at("network").value) await choose(at("network").value);
  const layer = shown.network.names.findIndex(names => names.includes(name));
  select(layer < 0 ? null : {layer, neuron: shown.network.names[layer].indexOf(name)});
}

/** Writes the address of what is shown. */
function remember() {
  const {selected, network: {name, names}} = shown;
  write("draw", selected ? names[selected.layer][selected.neuron] : "",
    at("network").selectedIndex ? {network: name} : {});
}

// ------------------------------------------------------------------ the beginning

at("clear").addEventListener("click", () => change(BLANK));
at("example").addEventListener("click", readExample);
receiveFiles(readPicture);
at("draw").addEventListener("click", event => {
  const button = event.target.closest("[data-neuron]");
  if (!button) return;
  const {layer, neuron} = button.dataset;
  const isPressed = button.getAttribute("aria-pressed") === "true";
  select(isPressed ? null : {layer: Number(layer), neuron: Number(neuron)});
  remember();
  if (!shown.frame && !isPressed) {
    show("draw-message", "Draw a digit first, so that the neuron has an output.");
  }
});
at("network").addEventListener("change", async () => {
  await choose(at("network").value);
  remember();
});
at("save").addEventListener("click", () => ask("save").then(({message}) => {
  at("saved").textContent = message;
}, complain));
prepare({shown, neurons, showPrediction, readAgain, complain});

try {
  const {networks, passages: found} = await start;
  passages = found;
  at("network").append(...networks.map(([name, sizes]) =>
    make("option", {value: name}, `${sizes}, ${name}`)), make("option", {value: TRAINED}, TRAINED));
  at("teach-label").append(make("option", {value: ""}, "…"),
    ...Array.from({length: 10}, (_, digit) => make("option", {value: digit}, digit)));
  await choose(networks[0][0]);
  put(BLANK);
  register("draw", visit);
} catch (error) {
  complain(error);
}
