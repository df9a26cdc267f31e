// The second view: a digit is drawn, and the network reads along.

import {ask, base64, bytes, heat, make, oneAtATime, paint, passageFor, show, showCode, tint,
  typed} from "./common.js";
import {symbolsOf, typeset} from "./typeset.js";

const SENT_SIDE = 140;  // pixels of a drawing's side, as it is sent
const PEN = 24;         // of the canvas's 280 pixels: as thick in the frame as MNIST's pens
const LARGEST_FILE = 3_500_000;  // bytes; a larger picture is scaled down before it is sent

const at = id => document.getElementById(id);
const canvas = at("canvas");
const pen = canvas.getContext("2d", {willReadFrequently: true});
const small = Object.assign(document.createElement("canvas"), {width: SENT_SIDE, height: SENT_SIDE});
const smallPen = small.getContext("2d", {willReadFrequently: true});
let passages;
let network;        // {name, title, sizes, maps}
let lessons = [];   // what this tab has taught the network
let frame = null;   // the 28×28 pixels that the network sees, in base64
let selected = null;  // {layer, neuron}
let tiles = [];     // tiles[layer][neuron], buttons
let bars = [];      // one for each output
let drawn = 0;      // counts what was drawn, to know which answer is late

// ------------------------------------------------------------------ asking

const read = oneAtATime(async (name, request) => {
  const asked = drawn;
  try {
    const answer = await ask(name, {...request(), network: network.name, lessons});
    if (asked === drawn || name === "drawing" && drawn > 0 && !isBlank()) showAnswer(answer, name);
    show("draw-message", "");
  } catch (error) {
    if (asked === drawn) show("draw-message", error.message);
  }
});

const explain = oneAtATime(async () => {
  if (!selected || !frame) return;
  const asked = {...selected, frame, network: network.name, lessons};
  try {
    showNeuron(await ask("neuron", asked), asked);
  } catch (error) {
    show("draw-message", error.message);
  }
});

function readDrawing() {
  drawn += 1;
  read("drawing", () => {
    smallPen.clearRect(0, 0, SENT_SIDE, SENT_SIDE);
    smallPen.drawImage(canvas, 0, 0, SENT_SIDE, SENT_SIDE);
    const pixels = smallPen.getImageData(0, 0, SENT_SIDE, SENT_SIDE).data;
    return {ink: base64(pixels.filter((part, index) => index % 4 === 3)), side: SENT_SIDE};
  });
}

function readFrame() {
  if (frame) read("frame", () => ({frame}));
}

// ------------------------------------------------------------------ the paper

let blank = true;
let last = null;    // where the pen was, while it is down
const isBlank = () => blank;

function stroke(x, y) {
  pen.lineWidth = PEN;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(last?.x ?? x, last?.y ?? y);
  pen.lineTo(x, y + 0.01);  // a dot, too, is a line
  pen.stroke();
  last = {x, y};
  if (blank) forgetErrors();
  blank = false;
  at("hint").hidden = true;
}

function clear() {
  wipe();
  drawn += 1;
  frame = null;
  at("answer").textContent = "";
  at("frame-caption").textContent = "What the network sees: 28×28 pixels";
  paintFrame(new Uint8Array(784));
  for (const bar of bars) showBar(bar, 0, "");
  for (const tile of tiles.flat()) tile.style.setProperty("--light", 0);
  at("neuron").hidden = true;
  forgetErrors();
  forgetShares();
  show("draw-message", "");
}

function wipe() {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  blank = true;
  last = null;
  at("hint").hidden = false;
}

function drawWith(event) {
  const {left, top, width} = canvas.getBoundingClientRect();
  const scale = canvas.width / width;
  const moves = event.getCoalescedEvents?.() ?? [];
  for (const move of moves.length ? moves : [event]) {
    stroke((move.clientX - left) * scale, (move.clientY - top) * scale);
  }
  readDrawing();
}

canvas.addEventListener("pointerdown", event => {
  if (event.button !== 0) return;
  if (!blank && !frameIsDrawn) wipe();
  frameIsDrawn = true;
  canvas.setPointerCapture(event.pointerId);
  last = null;
  drawWith(event);
});
canvas.addEventListener("pointermove", event => {
  if (last && canvas.hasPointerCapture(event.pointerId)) drawWith(event);
});
for (const kind of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(kind, () => { last = null; });
}
let frameIsDrawn = true;  // or it is a picture, which the next stroke replaces

// The keyboard's pen: the arrows move it, space puts it down or up.
const keyPen = {x: 140, y: 60, down: false};
const pointer = make("div", {class: "pointer", hidden: ""});
canvas.after(pointer);

function placeKeyPen() {
  const scale = canvas.clientWidth / canvas.width;
  pointer.style.left = `${canvas.offsetLeft + canvas.clientLeft + keyPen.x * scale}px`;
  pointer.style.top = `${canvas.offsetTop + canvas.clientTop + keyPen.y * scale}px`;
  pointer.classList.toggle("down", keyPen.down);
}
canvas.addEventListener("keydown", event => {
  const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  if (event.key === "Delete" || event.key === "Backspace") {
    clear();
    keyPen.down = false;
  } else if (event.key === " ") {
    keyPen.down = !keyPen.down && !event.repeat;
    last = null;
  } else if (moves[event.key]) {
    const [right, down] = moves[event.key];
    if (keyPen.down) last = {x: keyPen.x, y: keyPen.y};
    keyPen.x = Math.min(Math.max(keyPen.x + 10 * right, 20), 260);
    keyPen.y = Math.min(Math.max(keyPen.y + 10 * down, 20), 260);
  } else {
    return;
  }
  event.preventDefault();
  pointer.hidden = false;
  placeKeyPen();
  if (keyPen.down) {
    if (!blank && !frameIsDrawn) wipe();
    frameIsDrawn = true;
    stroke(keyPen.x, keyPen.y);
    readDrawing();
  }
});
canvas.addEventListener("blur", () => {
  pointer.hidden = true;
  keyPen.down = false;
  last = null;
});

/** Puts a picture's pixels on the paper, so that one sees what was chosen. */
function paintOnPaper(pixels) {
  wipe();
  blank = frameIsDrawn = false;
  at("hint").hidden = true;
  const picture = document.createElement("canvas");
  picture.width = picture.height = 28;
  const image = new ImageData(28, 28);
  pixels.forEach((pixel, index) => { image.data[4 * index + 3] = pixel; });
  picture.getContext("2d").putImageData(image, 0, 0);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
}

// ------------------------------------------------------------------ other pictures

at("example").addEventListener("click", () => {
  drawn += 1;
  read("example", () => ({}));
});

async function readPicture(file) {
  try {
    drawn += 1;
    const content = base64(new Uint8Array(await (await sized(file)).arrayBuffer()));
    read("picture", () => ({picture: content}));
  } catch {
    show("draw-message", `${file.name}: not a picture that this browser can read; save it as PNG or JPEG`);
  }
}

/** The file, or a smaller picture if it is too large to send. */
async function sized(file) {
  if (file.size <= LARGEST_FILE) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, 2000 / Math.max(picture.width, picture.height));
  const paper = new OffscreenCanvas(Math.ceil(picture.width * scale), Math.ceil(picture.height * scale));
  paper.getContext("2d").drawImage(picture, 0, 0, paper.width, paper.height);
  return paper.convertToBlob({type: "image/jpeg", quality: 0.92});
}

at("picture").addEventListener("change", event => {
  if (event.target.files.length) readPicture(event.target.files[0]);
  event.target.value = "";
});
at("draw").addEventListener("dragover", event => event.preventDefault());
at("draw").addEventListener("drop", event => {
  event.preventDefault();
  if (event.dataTransfer.files.length) readPicture(event.dataTransfer.files[0]);
});

// ------------------------------------------------------------------ what the network says

function showAnswer(answer, name) {
  frame = answer.frame;
  const pixels = bytes(frame);
  paintFrame(pixels);
  if (answer.label !== undefined) {
    at("frame-caption").textContent = `Test image ${answer.index.toLocaleString("en")}: a ${answer.label}`;
    at("truth").value = answer.label;
  } else {
    at("frame-caption").textContent = "What the network sees: 28×28 pixels";
  }
  if (name !== "drawing") paintOnPaper(pixels);
  showOutputs(answer);
  forgetErrors();
  explain();
}

function showOutputs(answer) {
  at("answer").textContent = answer.answer;
  answer.outputs.forEach(([out, text], digit) => showBar(bars[digit], out, text, digit === answer.answer));
  answer.lights.forEach((lights, layer) => lights.forEach((light, neuron) => {
    tiles[layer][neuron].style.setProperty("--light", light);
  }));
}

function paintFrame(pixels) {
  paint(at("frame"), Array.from(pixels, pixel => [255 - pixel, 255 - pixel, 255 - pixel]));
}

function showBar(bar, out, text, isAnswer = false) {
  bar.querySelector(".bar").style.setProperty("--out", Math.max(0, Math.min(1, out)));
  bar.querySelector(".out").textContent = text;
  bar.classList.toggle("is-answer", isAnswer);
}

// ------------------------------------------------------------------ the network's neurons

async function choose(name) {
  const found = await ask("network", {network: name});
  network = {...found, name};
  lessons = [];
  at("network-title").textContent = found.title;
  at("teach-rate").value = String(found.learning_rate);
  at("forget").disabled = true;
  at("taught").textContent = "";
  at("changes").replaceChildren();
  selected = null;
  at("neuron").hidden = true;
  drawTiles();
  drawBars();
  if (frame) readFrame();
}

function drawTiles() {
  const place = at("hidden");
  place.replaceChildren();
  const hiddenSizes = network.sizes.slice(1, -1);
  tiles = hiddenSizes.map((size, layer) => {
    const which = hiddenSizes.length > 1 ? ` of layer ${layer + 1}` : "";
    place.append(make("h3", {}, `The ${size} hidden neurons${which}`,
      make("small", {}, layer === 0 ? "each drawn as the pixels that it looks for, red, and "
        + "those that it does not want, blue; the brighter, the larger its output" : "")));
    const grid = make("div", {class: size > 60 ? "tiles many" : "tiles", role: "toolbar",
      "aria-label": `The hidden neurons${which}`});
    place.append(grid);
    const row = [];
    for (let neuron = 0; neuron < size; neuron += 1) {
      const name = network.names[layer][neuron];
      const tile = make("button", {type: "button", class: "tile", title: name,
        "aria-label": `Hidden neuron ${name}`, tabindex: neuron ? "-1" : "0",
        "data-layer": layer, "data-neuron": neuron, "data-symbol": `out_${name}`});
      if (layer === 0) {
        const picture = make("canvas", {width: "28", height: "28"});
        paint(picture, Array.from(bytes(network.maps[neuron]), value => heat((value - 128) / 127)));
        tile.append(picture);
      }
      grid.append(tile);
      row.push(tile);
    }
    grid.addEventListener("keydown", event => moveInGrid(event, row));
    return row;
  });
}

/** The arrow keys move among the tiles; Tab leaves them. */
function moveInGrid(event, row) {
  const index = row.indexOf(document.activeElement);
  const columns = row.filter(tile => tile.offsetTop === row[0].offsetTop).length;
  const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[event.key];
  if (step === undefined || index < 0) return;
  event.preventDefault();
  const next = row[Math.min(Math.max(index + step, 0), row.length - 1)];
  row[index].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function drawBars() {
  const layer = network.sizes.length - 2;
  bars = [];
  at("outputs").replaceChildren();
  for (let digit = 0; digit < 10; digit += 1) {
    const bar = make("button", {type: "button", class: "output", "data-layer": layer,
      "data-neuron": digit, "aria-label": `Output neuron ${digit}`},
      make("span", {class: "digit"}, String(digit)),
      make("span", {class: "track"}, make("span", {class: "bar"})),
      make("span", {class: "out number"}), make("span", {class: "error number"}));
    at("outputs").append(bar);
    bars.push(bar);
  }
}

at("draw").addEventListener("click", event => {
  const button = event.target.closest("[data-neuron]");
  if (!button) return;
  const chosen = {layer: Number(button.dataset.layer), neuron: Number(button.dataset.neuron)};
  const again = selected && selected.layer === chosen.layer && selected.neuron === chosen.neuron;
  select(again ? null : chosen);
});

function select(chosen) {
  selected = chosen;
  forgetShares();
  markSelected();
  at("neuron").hidden = true;
  if (selected && !frame) show("draw-message", "Draw a digit first: then the neuron has numbers to show.");
  explain();
}

function markSelected() {
  for (const button of at("draw").querySelectorAll("[data-neuron]")) {
    const isSelected = selected && Number(button.dataset.layer) === selected.layer
      && Number(button.dataset.neuron) === selected.neuron;
    button.setAttribute("aria-pressed", String(Boolean(isSelected)));
  }
}

function showNeuron(told, asked) {
  if (!selected || asked.layer !== selected.layer || asked.neuron !== selected.neuron) return;
  const [sum, activation] = told.lines;
  const isOutput = asked.layer === network.sizes.length - 2;
  const map = make("canvas", {width: "28", height: "28", class: "map", role: "img",
    "aria-label": `Pixels that favor the neuron in red, that oppose it in blue`});
  const ink = bytes(asked.frame);
  paint(map, told.pixels.map((value, pixel) => heat(value, 255 - 0.25 * ink[pixel])));
  const rows = told.terms.map(([symbols, numbers, value]) => termRow(symbols, numbers, value));
  if (told.rest[0]) rows.push(termRow(`(${told.rest[0]} more)`, "", told.rest[1]));
  if (told.bias !== null) rows.push(termRow(`b_${told.name}`, "", told.bias));
  const total = make("tr", {class: "total"}, make("th", {}, typeset(sum.name)),
    make("td", {}, "(1)"), make("td", {class: "number", id: "neuron-in"}, sum.value));
  const code = told.lines.map(line => {
    const passage = passageFor(passages, line);
    const place = make("div", {class: "code"});
    showCode(place, passage);
    return make("div", {}, make("p", {class: "file"}, `${line.number} ${passage.file}`), place);
  });
  at("neuron").replaceChildren(
    make("h3", {}, isOutput ? `Output neuron ${asked.neuron}` : `Hidden neuron ${told.name}`,
      make("small", {}, "its weighted input, the heaviest terms first")),
    make("div", {class: "neuron"},
      make("figure", {}, map, make("figcaption", {}, asked.layer === 0
        ? "Weight times pixel: red pixels of the drawing favor the neuron, blue ones oppose it"
        : "What (7) and (8) bring back to each pixel, times the pixel: red favors the neuron, blue "
          + "opposes it. Above, the hidden neurons that do so are outlined")),
      make("table", {class: "terms math"}, make("tbody", {}, ...rows), make("tfoot", {}, total)),
      make("div", {class: "activation"},
        make("p", {class: "math"}, typeset(activation.name), " = ", typeset(activation.symbols)),
        make("p", {class: "math"}, " = ", typeset(activation.numbers, symbolsOf(activation.symbols))),
        make("p", {class: "math"}, " = ", make("strong", {class: "number", id: "neuron-out"}, activation.value)),
        ...code)));
  showShares(asked.layer - 1, told.shares);
  at("neuron").hidden = false;
}

/** Outlines the neurons of a layer by what they add to the selected one: red, or blue if less. */
function showShares(layer, shares) {
  forgetShares();
  shares.forEach((share, neuron) => {
    tiles[layer][neuron].classList.add("has-share");
    tiles[layer][neuron].style.setProperty("--share", tint(share));
  });
}

function forgetShares() {
  for (const tile of tiles.flat()) tile.classList.remove("has-share");
}

function termRow(symbols, numbers, value) {
  return make("tr", {}, make("th", {}, typeset(symbols)), make("td", {}, typeset(numbers)),
    make("td", {class: "number"}, value));
}

// ------------------------------------------------------------------ a lesson

async function teach() {
  if (!frame) {
    show("draw-message", "Draw a digit first: then there is something to teach.");
    return;
  }
  let told;
  try {
    told = await ask("teach", {frame, target: Number(at("truth").value),
      learning_rate: typed(at("teach-rate").value), network: network.name, lessons});
  } catch (error) {
    show("draw-message", error.message);
    return;
  }
  show("draw-message", "");
  lessons = told.lessons;
  at("forget").disabled = false;
  for (const bar of bars) {  // a mark where it was before
    const track = bar.querySelector(".track");
    track.classList.add("was");
    track.style.setProperty("--was", bar.querySelector(".bar").style.getPropertyValue("--out"));
  }
  showOutputs(told);
  showErrors(told);
  at("taught").textContent = `Before the step the network said ${told.before}; now it says ${told.verdict}.`;
  at("changes").replaceChildren(...told.sections.map(({heading, lines}) => make("section", {},
    make("h4", {}, heading.replace("Backward pass: ", "").replace(/^./, letter => letter.toUpperCase())),
    make("ul", {}, ...lines.map(line => make("li", {class: "math"},
      make("span", {class: "equation-number"}, line.number), typeset(line.name), " = ",
      typeset(line.symbols), " = ", typeset(line.numbers, symbolsOf(line.symbols)), " = ",
      make("strong", {class: "number"}, line.value)))))));
  explain();
}

function showErrors({deltas, errors}) {
  deltas.slice(0, -1).forEach((layer, index) => layer.forEach((delta, neuron) => {
    const tile = tiles[index][neuron];
    tile.classList.add("has-error");
    tile.style.setProperty("--error", tint(delta));
  }));
  bars.forEach((bar, digit) => {
    const error = bar.querySelector(".error");
    error.replaceChildren(make("i", {}, "δ"), ` ${errors[digit]}`);
    error.style.setProperty("--error", tint(deltas.at(-1)[digit]));
  });
}

function forgetErrors() {
  for (const tile of tiles.flat()) tile.classList.remove("has-error");
  for (const bar of bars) {
    bar.querySelector(".error").replaceChildren();
    bar.querySelector(".track").classList.remove("was");
  }
}

at("teach-step").addEventListener("click", teach);
at("forget").addEventListener("click", () => {
  drawn += 1;
  lessons = [];
  at("forget").disabled = true;
  at("taught").textContent = "The saved weights are back.";
  at("changes").replaceChildren();
  readFrame();
});

// ------------------------------------------------------------------ the beginning

at("clear").addEventListener("click", clear);
at("network").addEventListener("change", () => choose(at("network").value));
try {
  const begin = await ask("start", {});
  passages = begin.passages;
  at("network").append(...begin.networks.map(([name, sizes]) =>
    make("option", {value: name}, `${sizes}, ${name}`)));
  at("truth").append(...Array.from({length: 10}, (_, digit) => make("option", {}, String(digit))));
  await choose(begin.networks[0][0]);
  clear();
} catch (error) {
  show("draw-message", error.message);
}
