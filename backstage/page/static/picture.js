// Pictures of digits, from files: sending them, and showing what was found in them.

import {at, base64, grayImage, make} from "./common.js";

const LARGEST_FILE = 3_500_000;  // bytes; a larger picture is scaled down before it is sent
const LARGEST_SIDE = 2000;       // pixels of what it is scaled to

/** Calls read(file) for a file that is chosen or is dropped anywhere on the page; a browser would
 *  leave the page for it. */
export function receiveFiles(read) {
  at("picture").addEventListener("change", event => {
    if (event.target.files.length) read(event.target.files[0]);
    event.target.value = "";
  });
  document.addEventListener("dragover", event => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", event => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  });
}

/** A file in base64, or a smaller picture if it is too large to send. */
export async function sent(file) {
  let content = file;
  if (file.size > LARGEST_FILE) {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
    const smaller = new OffscreenCanvas(Math.ceil(picture.width * scale),
      Math.ceil(picture.height * scale));
    smaller.getContext("2d").drawImage(picture, 0, 0, smaller.width, smaller.height);
    content = await smaller.convertToBlob({type: "image/jpeg", quality: 0.92});
  }
  return base64(new Uint8Array(await content.arrayBuffer()));
}

/** Shows what the route "picture" found beside the picture: the ink, and each digit as the network
 *  sees it, a button that calls choose(frame). */
export function showDigits(picture, chosen, choose) {
  at("reading").hidden = !picture;
  at("digits").replaceChildren();
  if (!picture) return;
  at("ink").replaceChildren(grayImage(picture.ink));
  for (const frame of picture.frames) {
    const button = make("button", {type: "button", "aria-pressed": frame === chosen,
      value: frame}, grayImage([28, 28, frame]), make("span"));
    button.addEventListener("click", () => {
      for (const other of at("digits").children) other.ariaPressed = String(other === button);
      choose(frame);
    });
    at("digits").append(button);
  }
}

/** Writes beside each digit what predict(frame) says of it. */
export function labelDigits(predict) {
  for (const button of at("digits").children) {
    predict(button.value).then(predicted => { button.lastChild.textContent = predicted; });
  }
}
