// What all views need: asking the server, making elements, numbers, colors.

const page = Array.from(crypto.getRandomValues(new Uint8Array(16)),  // the server knows it by this
  part => part.toString(16).padStart(2, "0")).join("");
let inFlight = 0;

/** The result of a route of the server; throws an Error with its message, or an AbortError once
    `signal`, of an AbortController, says that it is not wanted any more. While requests are in
    flight, document.documentElement.dataset.busy is their number, else "0". */
export async function ask(name, request = {}, signal = undefined) {
  count(1);
  try {
    return await send(name, {...request, page}, signal);
  } finally {
    setTimeout(() => count(-1));  // once what waits for the result has used it
  }
}

function count(change) {
  inFlight += change;
  document.documentElement.dataset.busy = inFlight;
}

/** On a site without a server, the module that answers instead. */
const inBrowser = document.querySelector("meta[name=python]") && import("./in_browser.js");

async function send(name, request, signal) {
  if (inBrowser) return (await inBrowser).post(name, request, signal);
  let response;
  try {
    response = await fetch(name, {
      method: "POST",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify(request),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server has stopped. Run python test_net.py --draw again, and open the "
      + "address that it prints.");
  }
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** A function that does what it is given after all that it was given before; failed(error) if that
    can't be done. */
export function queue(failed) {
  let last = Promise.resolve();
  return work => {
    last = last.then(work).catch(failed);
    return last;
  };
}

/** Sends one request at a time; of those that come meanwhile, only the latest. */
export function oneAtATime(send) {
  let busy = false;
  let waiting = null;
  return async function request(...details) {
    waiting = details;
    if (busy) return;
    busy = true;
    while (waiting) {
      const next = waiting;
      waiting = null;
      await send(...next);
    }
    busy = false;
  };
}

/** An element: make("p", {class: "lead"}, "text", otherElement), of SVG, draw("line", {x1: 0}),
    or of MathML, math("mi", {}, "δ"). */
export const make = maker("http://www.w3.org/1999/xhtml");
export const draw = maker("http://www.w3.org/2000/svg");
export const math = maker("http://www.w3.org/1998/Math/MathML");

/** A button, with what a click on it does. */
export function button(attributes, clicked, ...content) {
  const element = make("button", {type: "button", ...attributes}, ...content);
  element.addEventListener("click", clicked);
  return element;
}

function maker(namespace) {
  return (tag, attributes = {}, ...content) => {
    const element = document.createElementNS(namespace, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...content);
    return element;
  };
}

export function at(id) {
  return document.getElementById(id);
}

/** Shows a message in its place, or hides the place if there is none. */
export function show(id, message) {
  const place = at(id);
  if (place.textContent !== message) place.textContent = message;
  place.hidden = !message;
}

// ------------------------------------------------------------------ numbers

/** A number as it was typed: 0.5, 0,5, 1,000 or −1e−7; or the text itself if it is none. */
export function typed(text) {
  let plain = text.trim().replaceAll("−", "-").replaceAll(/[\s']/g, "");
  if (/^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain) && !/^[-+]?0,/.test(plain)) {
    plain = plain.replaceAll(",", "");  // as in 1,000, which numbers are shown with
  }
  plain = plain.replace(",", ".");
  const value = Number(plain);
  return plain && Number.isFinite(value) ? value : text;
}

export function bytes(base64) {
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
}

// ------------------------------------------------------------------ colors, which base.css has

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  const canvases = [...document.querySelectorAll("[data-map]")];
  paintMaps(canvases, canvases.map(canvas => canvas.dataset.map));
});

/** Paints maps, of values from −1 to 1 as signed bytes in base64, on a canvas each. */
export function paintMaps(canvases, maps) {
  const color = heat();
  const shades = Array.from({length: 256}, (_, byte) => color((byte << 24 >> 24) / 127));
  maps.forEach((map, index) => {
    canvases[index].dataset.map = map;
    paint(canvases[index], Array.from(bytes(map), byte => shades[byte]));
  });
}

/** The colors of a heat map, in light or in dark: a function from a value, −1 (blue) to 1 (red),
    and the gray of 0, by default that of the page, to [red, green, blue]. */
export function heat() {
  const style = getComputedStyle(document.documentElement);
  const [blue, zero, red] = ["--blue", "--zero", "--red"].map(name =>
    style.getPropertyValue(name).match(/\d+/g).map(Number));
  return (value, gray = null) => (value > 0 ? red : blue).map((part, index) => {
    const paper = gray ?? zero[index];
    return Math.round(paper + (part - paper) * strength(value));
  });
}

function strength(value) {
  return Math.min(Math.abs(value), 1) ** 0.7;
}

/** Colors an element of the class "tinted" by a value from −1 (blue) to 1 (red). */
export function setValue(element, value) {
  element.style.setProperty("--value", (Math.sign(value) * strength(value)).toFixed(3));
}

/** Makes a canvas of gray pixels, a byte each in base64, 255 = black; words say what it is. */
export function grayImage([width, height, pixels], words = "") {
  const image = make("canvas", {width, height, role: "img", "aria-label": words});
  paint(image, grays(bytes(pixels)));
  return image;
}

export function grays(pixels) {
  return Array.from(pixels, pixel => [255 - pixel, 255 - pixel, 255 - pixel]);
}

/** Draws one color for each pixel on a canvas. */
export function paint(canvas, colors) {
  const image = new ImageData(canvas.width, canvas.height);
  colors.forEach(([red, green, blue], pixel) => {
    image.data.set([red, green, blue, 255], 4 * pixel);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// ------------------------------------------------------------------ pointing

/** Pointing at a symbol, or moving the focus to it, marks every place where it stands. */
function point(event) {
  const pointed = symbolsAt(event.target.closest?.("[data-symbol], [data-symbols]"));
  for (const place of document.querySelectorAll("[data-symbol], [data-symbols]")) {
    place.classList.toggle("pointed", symbolsAt(place).some(symbol => pointed.includes(symbol)));
  }
}

function symbolsAt(place) {
  if (!place) return [];
  return place.dataset.symbols ? place.dataset.symbols.split(" ") : [place.dataset.symbol];
}

for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, point);

/** All that the page begins with, in one request: see routes.start. */
export const start = ask("start");
start.catch(() => {});  // each view says it where it waits
