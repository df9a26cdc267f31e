// Pictures of digits, from files: sending them, and showing what was found in them.

import {at, button, grayImage, make} from "./common.js";

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

/** A file in base64. */
export function sent(file) {
  const reader = new FileReader();
  reader.readAsDataURL(file);
  return new Promise((resolve, reject) => {
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = reject;
  });
}

/** Shows what the route "picture" found beside the picture: the ink, and each digit as the network
 *  sees it, a button that calls choose(frame). */
export function showDigits(picture, chosen, choose) {
  at("reading").hidden = !picture;
  at("digits").replaceChildren();
  if (!picture) return;
  at("ink").replaceChildren(grayImage(picture.ink));
  for (const frame of picture.frames) {
    const digit = button({"aria-pressed": frame === chosen, value: frame}, () => {
      for (const other of at("digits").children) other.ariaPressed = String(other === digit);
      choose(frame);
    }, grayImage([28, 28, frame]), make("span"));
    at("digits").append(digit);
  }
}

/** Writes beside each digit what predict(frame) says of it. */
export function labelDigits(predict) {
  for (const button of at("digits").children) {
    predict(button.value).then(predicted => { button.lastChild.textContent = predicted; });
  }
}
