// The second view: a digit is drawn, and the network reads along.

import {passageFor, showCode} from "./code.js";
import {ask, at, base64, bytes, heat, make, oneAtATime, paint, show, start, typed} from "./common.js";
import {Neurons} from "./neurons.js";
import {Paper} from "./paper.js";
import {symbolsOf, typeset} from "./typeset.js";

const LARGEST_FILE = 3_500_000;  // bytes; a larger picture is scaled down before it is sent
const LARGEST_SIDE = 2000;       // pixels of what it is scaled to

const neurons = new Neurons(at("hidden"), at("outputs"));
const paper = new Paper(at("canvas"), at("hint"), readDrawing, clear);
let passages;         // the code of each equation
let network;          // {name, title, sizes, names, maps}
let lessons = [];     // what this tab has taught the network
let frame = null;     // the 28×28 pixels that the network sees, in base64
let selected = null;  // {layer, neuron}
let asked = 0;        // counts what was asked for, to know an answer that comes too late

// ------------------------------------------------------------------ what is read

const reading = async (name, request) => {
  const question = asked;
  try {
    const said = await ask(name, {...request(), network: network.name, lessons});
    const isLate = question !== asked;
    if (isLate && (name !== "drawing" || paper.blank || paper.shown)) return;
    showAnswer(said, name);
    show("draw-message", "");
  } catch (error) {
    if (question === asked) show("draw-message", error.message);
  }
};
const read = oneAtATime(reading);
const readExample = oneAtATime(reading);  // the first may have to be downloaded

function readDrawing() {
  asked += 1;
  read("drawing", () => paper.ink());
}

function readFrame() {
  asked += 1;
  if (frame) read("frame", () => ({frame}));
}

async function readPicture(file) {
  asked += 1;
  const question = asked;
  try {
    const content = base64(new Uint8Array(await (await sized(file)).arrayBuffer()));
    if (question === asked) read("picture", () => ({picture: content}));
  } catch {
    show("draw-message", `${file.name}: not an image that this browser can read; `
      + "save it as PNG or JPEG");
  }
}

/** The file, or a smaller picture if it is too large to send. */
async function sized(file) {
  if (file.size <= LARGEST_FILE) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
  const smaller = new OffscreenCanvas(Math.ceil(picture.width * scale),
    Math.ceil(picture.height * scale));
  smaller.getContext("2d").drawImage(picture, 0, 0, smaller.width, smaller.height);
  return smaller.convertToBlob({type: "image/jpeg", quality: 0.92});
}

function showAnswer(said, name) {
  frame = said.frame;
  const pixels = bytes(frame);
  paintFrame(pixels);
  let caption = "What the network sees: 28×28 pixels";
  if (name === "example") {
    caption = `Test image ${said.index.toLocaleString("en")}: a ${said.label}`;
    at("truth").value = said.label;
  }
  if (name !== "frame") at("frame-caption").textContent = caption;
  if (name === "example" || name === "picture") paper.show(pixels);
  at("answer").textContent = said.answer;
  neurons.show(said);
  neurons.forgetErrors();
  explain();
}

function paintFrame(pixels) {
  paint(at("frame"), Array.from(pixels, pixel => [255 - pixel, 255 - pixel, 255 - pixel]));
}

function clear() {
  asked += 1;
  frame = null;
  paper.clear();
  paintFrame(new Uint8Array(784));
  at("frame-caption").textContent = "What the network sees: 28×28 pixels";
  at("answer").textContent = "";
  at("neuron").hidden = true;
  neurons.show(null);
  neurons.forgetErrors();
  neurons.forgetShares();
  show("draw-message", "");
}

// ------------------------------------------------------------------ the network

async function choose(name) {
  const chosen = {...await ask("network", {network: name}), name};
  if (name !== at("network").value) return;  // another has been chosen meanwhile
  network = chosen;
  at("network-title").textContent = network.title;
  at("teach-rate").value = String(network.learning_rate);
  neurons.draw(network);
  select(null);
  forget();
  at("taught").textContent = "";
}

function select(chosen) {
  selected = chosen;
  neurons.select(selected);
  neurons.forgetShares();
  at("neuron").hidden = true;
  if (selected && !frame) {
    show("draw-message", "Draw a digit first, so that the neuron has an output.");
  }
  explain();
}

// ------------------------------------------------------------------ a neuron

const explain = oneAtATime(async () => {
  if (!selected || !frame) return;
  const {layer, neuron} = selected;
  const request = {layer, neuron, frame, network: network.name, lessons};
  try {
    const told = await ask("neuron", request);
    if (selected?.layer === layer && selected.neuron === neuron && frame) {
      showNeuron(told, request);
    }
  } catch (error) {
    show("draw-message", error.message);
  }
});

function showNeuron(told, {layer, frame}) {
  const isOutput = layer === network.sizes.length - 2;
  at("neuron").replaceChildren(
    make("h3", {}, `${isOutput ? "Output" : "Hidden"} neuron ${told.name}`,
      make("small", {}, "its weighted input, the heaviest terms first")),
    make("div", {class: "neuron"}, pixelMap(told, layer, frame), termTable(told),
      make("div", {class: "activation"}, activation(told.lines[1]), ...told.lines.map(codeOf))));
  neurons.showShares(layer - 1, told.shares);
  at("neuron").hidden = false;
}

/** Which pixels of the drawing favor the neuron, and which oppose it. */
function pixelMap({pixels}, layer, frame) {
  const map = make("canvas", {width: 28, height: 28, class: "map", role: "img",
    "aria-label": "The pixels that favor the neuron in red, those that oppose it in blue"});
  const ink = bytes(frame);
  paint(map, pixels.map((value, pixel) => heat(value, 255 - 0.25 * ink[pixel])));
  const says = layer === 0
    ? "Weight times pixel: red pixels of the drawing favor the neuron, blue ones oppose it"
    : "What (7) and (8) bring back to each pixel, times the pixel: red favors the neuron, blue "
      + "opposes it. Above, the hidden neurons that do so are outlined";
  return make("figure", {}, map, make("figcaption", {}, says));
}

/** Equation (1), a term a row. */
function termTable({lines: [sum], terms, rest: [count, others], bias, name}) {
  const rows = [...terms];
  if (count) rows.push([`(${count} more)`, "", others]);
  if (bias !== null) rows.push([`b_${name}`, "", bias]);
  return make("table", {class: "terms math"},
    make("tbody", {}, ...rows.map(([symbols, numbers, value]) => make("tr", {},
      make("th", {}, typeset(symbols)),
      make("td", {}, typeset(numbers, symbolsOf(symbols))),
      make("td", {class: "number"}, value)))),
    make("tfoot", {}, make("tr", {class: "total"},
      make("th", {}, typeset(sum.name)), make("td", {}, sum.number),
      make("td", {class: "number", id: "neuron-in"}, sum.value))));
}

function activation(line) {
  return make("div", {class: "math"},
    make("p", {}, typeset(line.name), " = ", typeset(line.symbols)),
    make("p", {}, " = ", typeset(line.numbers, symbolsOf(line.symbols))),
    make("p", {}, " = ", make("strong", {class: "number", id: "neuron-out"}, line.value)));
}

function codeOf(line) {
  const passage = passageFor(passages, line);
  const code = make("div", {class: "code"});
  showCode(code, passage);
  return make("div", {}, make("p", {class: "file"}, `${line.number} ${passage.file}`), code);
}

// ------------------------------------------------------------------ a lesson

const teach = oneAtATime(async () => {
  if (!frame) {
    show("draw-message", "Draw a digit first.");
    return;
  }
  const question = asked;
  const before = lessons;
  let told;
  try {
    told = await ask("teach", {frame, target: Number(at("truth").value),
      learning_rate: typed(at("teach-rate").value), network: network.name, lessons});
  } catch (error) {
    show("draw-message", error.message);
    return;
  }
  if (lessons !== before) return;  // they have been forgotten meanwhile
  show("draw-message", "");
  lessons = told.lessons;
  at("forget").disabled = false;
  at("taught").textContent =
    `The prediction was ${told.before}; after the step it is ${told.verdict}.`;
  at("changes").replaceChildren(...told.sections.map(changes));
  if (question !== asked) {  // something else is on the paper now
    readFrame();
    return;
  }
  at("answer").textContent = told.answer;
  neurons.markOutputs();
  neurons.show(told);
  neurons.showErrors(told);
  explain();
});

/** The lines of a section of explain. */
function changes({heading, lines}) {
  const title = heading.replace("Backward pass: ", "").replace(/^./, first => first.toUpperCase());
  return make("section", {}, make("h4", {}, title),
    make("ul", {}, ...lines.map(line => make("li", {class: "math"},
      make("span", {class: "equation-number"}, line.number), typeset(line.name), " = ",
      typeset(line.symbols), " = ", typeset(line.numbers, symbolsOf(line.symbols)), " = ",
      make("strong", {class: "number"}, line.value)))));
}

function forget() {
  lessons = [];
  at("forget").disabled = true;
  at("taught").textContent = "The saved weights are back.";
  at("changes").replaceChildren();
  readFrame();
}

// ------------------------------------------------------------------ the beginning

at("clear").addEventListener("click", clear);
at("example").addEventListener("click", async () => {
  asked += 1;
  const slow = setTimeout(() => show("draw-message", "Loading the test images…"), 600);
  await readExample("example", () => ({}));
  clearTimeout(slow);
});
at("picture").addEventListener("change", event => {
  if (event.target.files.length) readPicture(event.target.files[0]);
  event.target.value = "";
});
// Anywhere on the page: a browser leaves it for a file that is dropped elsewhere.
document.addEventListener("dragover", event => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", event => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  readPicture(event.dataTransfer.files[0]);
});
at("draw").addEventListener("click", event => {
  const button = event.target.closest("[data-neuron]");
  if (!button) return;
  const isPressed = button.getAttribute("aria-pressed") === "true";
  const {layer, neuron} = button.dataset;
  select(isPressed ? null : {layer: Number(layer), neuron: Number(neuron)});
});
at("network").addEventListener("change", () => choose(at("network").value)
  .catch(error => show("draw-message", error.message)));
at("teach-step").addEventListener("click", teach);
at("forget").addEventListener("click", forget);

try {
  const begin = await start;
  passages = begin.passages;
  at("network").append(...begin.networks.map(([name, sizes]) =>
    make("option", {value: name}, `${sizes}, ${name}`)));
  at("truth").append(...Array.from({length: 10}, (_, digit) => make("option", {}, String(digit))));
  await choose(begin.networks[0][0]);
  clear();
} catch (error) {
  show("draw-message", error.message);
}
