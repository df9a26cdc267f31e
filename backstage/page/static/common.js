// What both views need: asking the server, making elements, colors.

/** The answer of the server's function to a request; throws an Error with its message. */
export async function ask(name, request) {
  let response;
  try {
    response = await fetch(name, {
      method: "POST",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify(request),
    });
  } catch {
    throw new Error("The server has stopped; run python test_net.py --draw again.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
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

/** An element: make("p", {class: "lead"}, "text", otherElement). */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

export function show(id, message) {
  const place = document.getElementById(id);
  if (place.textContent !== message) place.textContent = message;
  place.hidden = !message;
}

/** A number as it was typed: 0.5, 0,5 or −1e−7; or the text itself if it is none. */
export function typed(text) {
  const plain = text.trim().replaceAll("−", "-").replace(",", ".");
  const value = Number(plain);
  return plain && Number.isFinite(value) ? value : text;
}

const RED = [178, 24, 43];
const BLUE = [33, 102, 172];

/** The color of a value from -1 (blue) over 0 (white) to 1 (red), as in the other heat maps. */
export function heat(value, paper = 255) {
  const strength = Math.round(20 * Math.abs(value) ** 0.7) / 20;
  return (value > 0 ? RED : BLUE).map(part => Math.round(paper + (part - paper) * strength));
}

/** The same for lines and frames on a page of any color: fainter for smaller values. */
export function tint(value) {
  return `rgb(${(value > 0 ? RED : BLUE).join(" ")} / ${Math.abs(value) ** 0.7})`;
}

/** Draws one color for each pixel on a square canvas. */
export function paint(canvas, colors) {
  const side = canvas.width;
  const image = new ImageData(side, side);
  colors.forEach(([red, green, blue], pixel) => {
    image.data[4 * pixel] = red;
    image.data[4 * pixel + 1] = green;
    image.data[4 * pixel + 2] = blue;
    image.data[4 * pixel + 3] = 255;
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

export function bytes(base64) {
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
}

export function base64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(text);
}

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
